package io.sparring.environment.wrapper;

import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Frame;
import io.sparring.environment.Step;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Truncates an episode after so many steps, if it has not ended before; one that terminates with its last step has done both. After Gymnasium's
 * {@code TimeLimit}. An environment's own limit stays, and the shorter one counts.
 *
 * <p>Up to its first cut a copy's episodes are those that it has without the limit. After a cut the copy starts anew from a seed that follows
 * from the one it was last given.
 */
public final class TimeLimit implements EnvironmentWrapper {
    @Override
    public String name() {
        return "time-limit";
    }

    @Override
    public String description() {
        return "Truncates an episode after so many steps.";
    }

    @Override
    public List<EnvironmentOption> arguments() {
        return List.of(
                EnvironmentOption.whole("steps", 1, Integer.MAX_VALUE, "After so many steps an episode is truncated."));
    }

    private static int steps(SortedMap<String, Object> arguments) {
        return ((Long) arguments.get("steps")).intValue();
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        int steps = steps(arguments);
        // What counts as solved was said of longer episodes.
        return inner.stepLimit() != null && inner.stepLimit() <= steps ? inner : inner.withLimits(steps, null);
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Limited(new Singles(inner, copies), steps(arguments));
    }

    private static final class Limited extends Wrapped<Singles> {
        private final int limit;
        private final int[] steps;
        /** What each copy was last given. */
        private final long[] seeds;
        /** The end of an episode that this has cut with the last step, else null; no array where nobody draws. */
        private Frame[] ends;

        private Drawing drawing;

        Limited(Singles inner, int limit) {
            super(inner);
            this.limit = limit;
            steps = new int[inner.copies()];
            seeds = new long[inner.copies()];
        }

        @Override
        public void reset(long[] given, Step first) {
            inner.reset(given, first);
            for (int copy = 0; copy < copies(); copy++) {
                steps[copy] = 0;
                seeds[copy] = given[copy];
            }
            if (ends != null) {
                Arrays.fill(ends, null);
            }
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, result);
            int size = observationSpace().size();
            for (int copy = 0; copy < copies(); copy++) {
                boolean ended = result.ended(copy);
                boolean cut = ++steps[copy] >= limit;
                if (ends != null) {
                    ends[copy] = cut && !ended ? drawing.frame(copy) : null;
                }
                if (cut && !ended) {
                    System.arraycopy(result.observations, copy * size, result.finalObservations, copy * size, size);
                    seeds[copy] = Streams.seed(seeds[copy], 0, 0, Purpose.ENVIRONMENT);
                    inner.reset(copy, seeds[copy], result);
                }
                result.truncated[copy] |= cut;
                if (cut || ended) {
                    steps[copy] = 0;
                }
            }
        }

        @Override
        public Optional<Drawing> drawing() {
            drawing = inner.drawing().orElse(null);
            if (drawing == null) {
                return Optional.empty();
            }
            ends = new Frame[copies()];
            return Optional.of(Drawing.of(
                    drawing.framesPerSecond(), copy -> ends[copy] != null ? ends[copy] : drawing.frame(copy)));
        }

        @Override
        int stateBytes() {
            return copies() * (Integer.BYTES + Long.BYTES);
        }

        @Override
        void write(ByteBuffer bytes) {
            for (int copy = 0; copy < copies(); copy++) {
                bytes.putInt(steps[copy]).putLong(seeds[copy]);
            }
        }

        @Override
        void read(ByteBuffer bytes) {
            for (int copy = 0; copy < copies(); copy++) {
                steps[copy] = bytes.getInt();
                seeds[copy] = bytes.getLong();
            }
        }
    }
}
