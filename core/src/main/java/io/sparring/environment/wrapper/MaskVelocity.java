package io.sparring.environment.wrapper;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Takes the velocities out of what is observed, so that they have to be remembered from positions. As RL Baselines3 Zoo's
 * {@code MaskVelocityWrapper}, but that shows zeros in their places. The kept entries stay in their order and have their bounds.
 */
public final class MaskVelocity implements EnvironmentWrapper {
    private static final Map<String, Velocities> KNOWN = Map.of(
            "Acrobot-v1", new Velocities(6, 4, 5),
            "CartPole-v1", new Velocities(4, 1, 3),
            "MountainCar-v0", new Velocities(2, 1),
            "MountainCarContinuous-v0", new Velocities(2, 1),
            "Pendulum-v1", new Velocities(3, 2));

    /**
     * @param observed how many entries an observation has
     * @param at which of them are velocities
     */
    private record Velocities(int observed, int... at) {
        int[] others() {
            return IntStream.range(0, observed)
                    .filter(i -> IntStream.of(at).noneMatch(velocity -> velocity == i))
                    .toArray();
        }
    }

    @Override
    public String name() {
        return "mask-velocity";
    }

    @Override
    public String description() {
        return "Takes the velocities out of the observations of " + known() + ".";
    }

    private static String known() {
        return String.join(", ", new TreeSet<>(KNOWN.keySet()));
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        Velocities velocities = KNOWN.get(inner.id());
        if (velocities == null) {
            throw new IllegalArgumentException("no velocities are known of " + inner.id() + ", only of " + known());
        }
        int[] shape = inner.observationSpace().shape();
        if (shape.length != 1 || shape[0] != velocities.observed) {
            throw new IllegalArgumentException("it stands before every wrapper that changes the observations of "
                    + inner.id() + ", and only once");
        }
        return inner.withObservations(only(velocities.others(), inner.observationSpace()));
    }

    private static Space.Box only(int[] kept, Space.Box all) {
        float[] low = new float[kept.length];
        float[] high = new float[kept.length];
        for (int i = 0; i < kept.length; i++) {
            low[i] = all.low()[kept[i]];
            high[i] = all.high()[kept[i]];
        }
        return new Space.Box(low, high);
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Masked(inner.create(copies), KNOWN.get(inner.spec().id()).others());
    }

    private static final class Masked extends Wrapped<Environment> {
        private final int[] kept;
        private final Space.Box observationSpace;
        private final int size;
        private final Step seen;

        Masked(Environment inner, int[] kept) {
            super(inner);
            this.kept = kept;
            observationSpace = only(kept, inner.observationSpace());
            size = inner.observationSpace().size();
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
                show(copy, seen.observations, first.observations);
            }
            copyMasks(seen, first);
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, seen);
            for (int copy = 0; copy < copies(); copy++) {
                show(copy, seen.observations, result.observations);
                if (seen.ended(copy)) {
                    show(copy, seen.finalObservations, result.finalObservations);
                }
            }
            copyOutcome(seen, result);
        }

        private void show(int copy, float[] from, float[] to) {
            for (int i = 0; i < kept.length; i++) {
                to[copy * kept.length + i] = from[copy * size + kept[i]];
            }
        }
    }
}
