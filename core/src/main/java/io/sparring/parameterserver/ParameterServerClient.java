package io.sparring.parameterserver;

import io.sparring.Seconds;
import io.sparring.network.Normalizer;
import io.sparring.parameterserver.Message.Answer;
import io.sparring.parameterserver.Message.Goodbye;
import io.sparring.parameterserver.Message.Hello;
import io.sparring.parameterserver.Message.Malformed;
import io.sparring.parameterserver.Message.Pull;
import io.sparring.parameterserver.Message.Push;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * One attempt of one worker, talking to the server: a request, then its answer. A request without an answer is sent again, with
 * the same number, so that it counts once however often it arrives. Used by one thread at a time.
 */
public final class ParameterServerClient implements AutoCloseable {
    /** No message is larger. */
    public static final int MOST_BYTES = Message.MAX_BYTES;

    private final Channel channel;
    private final int worker;
    private final long attempt;
    private final Patience patience;
    private long sequence;

    /**
     * How long to wait.
     *
     * @param resend after so long without an answer a request is sent again; after that, less and less often
     * @param end after so long without an answer the worker gives up
     */
    public record Patience(Duration resend, Duration end) {
        /** Sends again after 200 ms first. */
        public static Patience of(Duration end) {
            return new Patience(Duration.ofMillis(200), end);
        }
    }

    /** There is no answer, or the way to the server is closed. */
    public static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(message);
        }
    }

    /** The server wants no more of this worker; the message says why. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * An answer.
     *
     * @param sequence of the request
     * @param outcome what became of the request
     * @param version of the parameters
     * @param envSteps of the whole run
     * @param finished whether the worker shall end
     * @param snapshotWanted whether the next push shall bring a snapshot
     * @param parameters θ; for an elastic push that was applied, what to subtract from θ′
     * @param normalizer the newest
     * @param snapshot what the last attempt of this worker left, in the answer to a hello; empty where there is none
     */
    public record Pulled(
            long sequence,
            Outcome outcome,
            long version,
            long envSteps,
            boolean finished,
            boolean snapshotWanted,
            float[] parameters,
            Normalizer normalizer,
            byte[] snapshot) {

        /** The same, given when the run had done so many environment steps. */
        public Pulled at(long otherEnvSteps) {
            return new Pulled(
                    sequence,
                    outcome,
                    version,
                    otherEnvSteps,
                    finished,
                    snapshotWanted,
                    parameters,
                    normalizer,
                    snapshot);
        }
    }

    /** @param attempt higher than that of any earlier attempt of this worker */
    public ParameterServerClient(Channel channel, int worker, long attempt, Patience patience) {
        this.channel = channel;
        this.worker = worker;
        this.attempt = attempt;
        this.patience = patience;
    }

    /**
     * Says hello and pulls. From now on the server listens to no older attempt of this worker.
     *
     * @param build of this worker
     * @throws Refused if it does not fit the server's
     */
    public Pulled hello(String build, int parameterCount) throws IOException, InterruptedException {
        return request(new Hello(worker, attempt, sequence, build, parameterCount), "hello");
    }

    /** Pulls the newest parameters. */
    public Pulled pull() throws IOException, InterruptedException {
        return request(new Pull(worker, attempt, sequence), "pull");
    }

    /**
     * Pushes, and pulls what to go on with.
     *
     * @param envSteps environment steps taken for it
     * @param vector θ′ or a gradient; empty where it is not finite
     * @param seen what the normaliser gets of it
     * @param report for whoever drives the training
     * @param snapshot of the worker if it was asked for; else empty
     */
    public Pulled push(int envSteps, float[] vector, Normalizer seen, byte[] report, byte[] snapshot)
            throws IOException, InterruptedException {
        return request(new Push(worker, attempt, sequence, envSteps, vector, seen, report, snapshot), "push");
    }

    /** The last request. */
    public void goodbye(byte[] snapshot) throws IOException, InterruptedException {
        request(new Goodbye(worker, attempt, sequence, snapshot), "goodbye");
    }

    private Pulled request(Message request, String name) throws IOException, InterruptedException {
        byte[] bytes = request.encode();
        long start = System.nanoTime();
        long end = patience.end().toNanos();
        int sent = 0;
        while (true) {
            long before = System.nanoTime();
            if (sent > 0 && before - start >= end) {
                throw new Unreachable(String.format(
                        Locale.ROOT,
                        "worker %d: no answer from the parameter server to %s %d within %s, sent %d times",
                        worker,
                        name,
                        sequence,
                        Seconds.text(end / 1e9),
                        sent));
            }
            channel.send(bytes);
            sent++;
            // Less and less often: what is only slow must not be drowned in repetitions.
            Answer answer = await(Math.min(
                    patience.resend().toNanos() << Math.min(sent - 1, 5), Math.max(0, end - (before - start))));
            if (answer != null) {
                if (answer.outcome() == Outcome.REFUSED) {
                    throw new Refused(answer.reason());
                }
                sequence++;
                return new Pulled(
                        answer.sequence(),
                        answer.outcome(),
                        answer.version(),
                        answer.envSteps(),
                        answer.finished(),
                        answer.snapshotWanted(),
                        answer.vector(),
                        answer.normalizer(),
                        answer.snapshot());
            }
        }
    }

    /** The answer to the request that was sent last; others are late repetitions and nobody waits for them. */
    private Answer await(long timeoutNanos) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long left = timeoutNanos;
        do {
            byte[] received = channel.receive(Math.max(0, left));
            if (received == null) {
                return null;
            }
            try {
                if (Message.decode(received) instanceof Answer answer
                        && answer.worker() == worker
                        && answer.attempt() == attempt
                        && answer.sequence() == sequence) {
                    return answer;
                }
            } catch (Malformed e) {
                throw new IOException(
                        "worker " + worker + ": what came from the parameter server is no answer: " + e.getMessage());
            }
            left = timeoutNanos - (System.nanoTime() - start);
        } while (left > 0);
        return null;
    }

    @Override
    public void close() {
        channel.close();
    }
}
