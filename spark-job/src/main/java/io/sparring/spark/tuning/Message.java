package io.sparring.spark.tuning;

import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.tuning.Slice;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.Work;
import java.util.ArrayList;
import java.util.List;

/**
 * Workers' and the driver's messages as bytes. Objects would not do: what Spark's messages carry is made in its network's threads, which on clusters do not
 * know the application's classes, and end the executor.
 */
final class Message {
    private Message() {}

    /**
     * What a worker says.
     *
     * @param worker the number of its task
     * @param result of the slice that it was given; null in its first
     * @param idleNanos how long it had been free before that slice
     */
    record Report(String worker, SliceResult result, long idleNanos) {}

    static byte[] encode(Report report) {
        SliceResult result = report.result();
        Output out = new Output(1024 + (result == null || result.state() == null ? 0 : result.state().length));
        out.text(report.worker());
        out.integer64(report.idleNanos());
        out.flag(result != null);
        if (result != null) {
            out.integer(result.trial());
            out.integer(result.number());
            out.integer64(result.round());
            out.integer64(result.envSteps());
            out.integer64(result.episodes());
            out.real(result.score());
            out.real(result.seconds());
            text(out, result.paramsSha256());
            text(out, result.ended());
            text(out, result.failure());
            bytes(out, result.state());
        }
        return out.bytes();
    }

    static Report report(byte[] bytes) throws Unreadable {
        Input in = new Input(bytes, 0, bytes.length);
        String worker = in.text();
        long idleNanos = in.integer64();
        SliceResult result = in.flag()
                ? new SliceResult(
                        in.integer(),
                        in.integer(),
                        in.integer64(),
                        in.integer64(),
                        in.integer64(),
                        in.real(),
                        in.real(),
                        text(in),
                        text(in),
                        text(in),
                        bytes(in))
                : null;
        in.requireEnd();
        return new Report(worker, result, idleNanos);
    }

    static byte[] encode(Work work) {
        Slice slice = work.slice();
        Output out = new Output(1024 + (slice == null || slice.state() == null ? 0 : slice.state().length));
        out.integer(work.kind().ordinal());
        out.flag(slice != null);
        if (slice != null) {
            out.integer(slice.trial());
            out.integer(slice.number());
            out.integer(slice.overrides().size());
            slice.overrides().forEach(out::text);
            bytes(out, slice.state());
            out.integer64(slice.untilRound());
        }
        return out.bytes();
    }

    static Work work(byte[] bytes) throws Unreadable {
        Input in = new Input(bytes, 0, bytes.length);
        Work.Kind kind = Work.Kind.values()[in.integer()];
        Slice slice = null;
        if (in.flag()) {
            int trial = in.integer();
            int number = in.integer();
            List<String> overrides = new ArrayList<>();
            for (int i = in.integer(); i > 0; i--) {
                overrides.add(in.text());
            }
            slice = new Slice(trial, number, overrides, bytes(in), in.integer64());
        }
        in.requireEnd();
        return new Work(kind, slice);
    }

    private static void text(Output out, String text) {
        out.flag(text != null);
        if (text != null) {
            out.text(text);
        }
    }

    private static String text(Input in) throws Unreadable {
        return in.flag() ? in.text() : null;
    }

    private static void bytes(Output out, byte[] bytes) {
        out.flag(bytes != null);
        if (bytes != null) {
            out.bytes(bytes);
        }
    }

    private static byte[] bytes(Input in) throws Unreadable {
        return in.flag() ? in.bytes() : null;
    }
}
