package io.sparring.environment.wrapper;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;

/**
 * Shows the last n observations at once, the oldest first: a new leading dimension of n, whatever the shape. Where an episode has not had as many,
 * its first observation stands for those before it. After Gymnasium's {@code FrameStackObservation} with {@code padding_type="reset"}.
 */
public final class FrameStack implements EnvironmentWrapper {
    @Override
    public String name() {
        return "frame-stack";
    }

    @Override
    public String description() {
        return "Shows the last so many observations at once, the oldest first.";
    }

    @Override
    public List<EnvironmentOption> arguments() {
        return List.of(EnvironmentOption.whole("frames", 1, 1024, "How many observations are shown."));
    }

    private static int frames(SortedMap<String, Object> arguments) {
        return ((Long) arguments.get("frames")).intValue();
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        return inner.withObservations(stacked(inner.observationSpace(), frames(arguments)));
    }

    private static Space.Box stacked(Space.Box one, int frames) {
        int[] shape = new int[one.shape().length + 1];
        shape[0] = frames;
        System.arraycopy(one.shape(), 0, shape, 1, one.shape().length);
        return new Space.Box(repeated(one.low(), frames), repeated(one.high(), frames), shape, one.dtype());
    }

    private static float[] repeated(float[] values, int times) {
        float[] all = new float[Math.multiplyExact(values.length, times)];
        for (int i = 0; i < times; i++) {
            System.arraycopy(values, 0, all, i * values.length, values.length);
        }
        return all;
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Stacked(inner.create(copies), frames(arguments));
    }

    private static final class Stacked extends Wrapped<Environment> {
        private final int frames;
        private final Space.Box observationSpace;
        /** Of one observation. */
        private final int size;
        /** Of one copy. */
        private final int stackSize;
        /** What is shown, copies × frames × size. */
        private final float[] stacks;

        private final Step seen;

        Stacked(Environment inner, int frames) {
            super(inner);
            this.frames = frames;
            observationSpace = stacked(inner.observationSpace(), frames);
            size = inner.observationSpace().size();
            stackSize = frames * size;
            stacks = new float[inner.copies() * stackSize];
            seen = Step.of(inner);
        }

        @Override
        public Space.Box observationSpace() {
            return observationSpace;
        }

        @Override
        public void reset(long[] seeds, Step first) {
            inner.reset(seeds, seen);
            for (int copy = 0; copy < copies(); copy++) {
                start(copy);
            }
            System.arraycopy(stacks, 0, first.observations, 0, stacks.length);
            copyMasks(seen, first);
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, seen);
            for (int copy = 0; copy < copies(); copy++) {
                if (seen.ended(copy)) {
                    push(copy, seen.finalObservations);
                    System.arraycopy(stacks, copy * stackSize, result.finalObservations, copy * stackSize, stackSize);
                    start(copy);
                } else {
                    push(copy, seen.observations);
                }
            }
            System.arraycopy(stacks, 0, result.observations, 0, stacks.length);
            copyOutcome(seen, result);
        }

        private void start(int copy) {
            for (int i = 0; i < frames; i++) {
                System.arraycopy(seen.observations, copy * size, stacks, copy * stackSize + i * size, size);
            }
        }

        private void push(int copy, float[] observations) {
            int at = copy * stackSize;
            System.arraycopy(stacks, at + size, stacks, at, stackSize - size);
            System.arraycopy(observations, copy * size, stacks, at + stackSize - size, size);
        }

        @Override
        int stateBytes() {
            return stacks.length * Float.BYTES;
        }

        @Override
        void write(ByteBuffer bytes) {
            for (float value : stacks) {
                bytes.putFloat(value);
            }
        }

        @Override
        void read(ByteBuffer bytes) {
            for (int i = 0; i < stacks.length; i++) {
                stacks[i] = bytes.getFloat();
            }
        }
    }
}
