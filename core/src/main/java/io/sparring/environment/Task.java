package io.sparring.environment;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * An environment by the rules of one copy, for those who write one of their own: a name, a state of a few doubles, how it moves. All else
 * (copies that step together, ends of episodes, snapshots, generators) is done here, and the class is its own {@link EnvironmentFactory}: public, with
 * a public constructor without parameters, named in {@code META-INF/services/io.sparring.environment.EnvironmentFactory}.
 *
 * <p>The state given to a method is all there is: an instance serves any number of copies and threads at once, so rules keep nothing in fields.
 * What is drawn comes from the generator that is handed over. An environment that observes images, masks actions or must be faster than a
 * few million steps/s implements {@link Environment}.
 */
public abstract class Task implements EnvironmentFactory {
    private final EnvironmentSpec spec;
    private final int size;

    /**
     * @param id the name, by which configurations know it
     * @param size how many doubles the state is
     * @param observations what is observed
     * @param actions what may be done
     * @param stepLimit after so many steps, at least 1, an episode is truncated
     */
    protected Task(String id, int size, Space.Box observations, Space actions, int stepLimit) {
        if (size < 0) {
            throw new IllegalArgumentException("the state of " + id + " has at least 0 numbers, not " + size);
        }
        spec = new EnvironmentSpec(
                id, new TreeMap<>(), observations, actions, stepLimit, null, EnvironmentSpec.Recovery.SNAPSHOT);
        this.size = size;
    }

    /** Begins an episode; what is not written is 0. */
    protected void start(double[] state, UniformRandomProvider random) {}

    /**
     * Moves the state by one step.
     *
     * @param action an element of the action space
     * @return the reward
     */
    protected abstract double move(double[] state, float[] action, UniformRandomProvider random);

    /** Whether the task itself is over, so that the future is worth nothing. */
    protected abstract boolean over(double[] state);

    /** Writes what is observed: the state itself, unless a task shows something else; what is not written is 0. */
    protected void observe(double[] state, float[] observation) {
        if (state.length != observation.length) {
            throw new IllegalStateException("the state of " + spec.id() + " has " + state.length
                    + " numbers and an observation " + observation.length + ": observe() has to say what is seen");
        }
        for (int i = 0; i < state.length; i++) {
            observation[i] = (float) state[i];
        }
    }

    /** Draws a state, for people, as with a {@link Canvas}; empty where there is nothing to see. */
    protected Optional<Frame> draw(double[] state) {
        return Optional.empty();
    }

    @Override
    public final List<String> ids() {
        return List.of(spec.id());
    }

    @Override
    public final EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        return spec;
    }

    @Override
    public final Environment create(EnvironmentSpec spec, int copies) {
        return new OfRules(copies);
    }

    /** The copies, of which the rules see one at a time. */
    private final class OfRules extends Copies {
        private final double[] one = new double[size];
        private final float[] action = new float[actionSpace().size()];
        private final float[] observation = new float[observationSpace().size()];

        OfRules(int copies) {
            super(spec.observationSpace(), spec.actionSpace(), copies, spec.stepLimit(), size);
        }

        @Override
        protected void start(int copy, UniformRandomProvider random) {
            Arrays.fill(one, 0);
            Task.this.start(one, random);
            System.arraycopy(one, 0, state, copy * size, size);
        }

        @Override
        protected boolean move(int copy, float[] actions, float[] rewards, UniformRandomProvider random) {
            System.arraycopy(state, copy * size, one, 0, size);
            System.arraycopy(actions, copy * action.length, action, 0, action.length);
            rewards[copy] = (float) Task.this.move(one, action, random);
            System.arraycopy(one, 0, state, copy * size, size);
            return over(one);
        }

        @Override
        public Optional<Drawing> drawing() {
            return draw(new double[size])
                    .map(any -> drawing(
                            Drawing.FRAMES_PER_SECOND, state -> draw(state).orElseThrow()));
        }

        @Override
        protected void observe(int copy, float[] observations) {
            System.arraycopy(state, copy * size, one, 0, size);
            Arrays.fill(observation, 0);
            Task.this.observe(one, observation);
            System.arraycopy(observation, 0, observations, copy * observation.length, observation.length);
        }
    }
}
