package io.sparring.rollout;

import io.sparring.environment.Environment;
import io.sparring.environment.Step;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Acts in B environments that step together: one forward pass a step for all of them. A scratch pad: it takes up a shard where
 * it was left, and leaves another one; nothing of it outlives a round but the arrays' capacity. Used by one thread at a time.
 */
public final class Actor {
    private final Environment environment;
    private final Network network;
    private final ActionDistribution distribution;
    private final Step step;
    private final float[] environmentActions;

    /** What a rollout left behind. */
    public record Result(
            Rollout rollout, Shard next, List<Episode> episodes, long environmentNanos, long actingNanos) {}

    public Actor(Environment environment, Network network, ActionDistribution distribution) {
        this.environment = environment;
        this.network = network;
        this.distribution = distribution;
        int copies = environment.copies();
        step = Step.of(environment);
        environmentActions = new float[copies * distribution.actionSize()];
    }

    /**
     * T steps from where {@code shard} stands. The shard is read, never changed.
     *
     * @param model by which every step is taken
     * @param gamma γ
     * @param steps T
     * @throws IllegalStateException if a copy's mask forbids every action, or the shard's masks are not those of this environment
     */
    public Result act(Model model, Shard shard, double gamma, int steps) {
        long start = System.nanoTime();
        int copies = environment.copies();
        int observationSize = environment.observationSpace().size();
        int actionSize = distribution.actionSize();
        environment.restore(shard.environment());
        network.setModel(model);
        Generators generators = Generators.read(ByteBuffer.wrap(shard.actionGenerators()), copies);
        double[] returns = shard.returns().clone();
        int[] lengths = shard.lengths().clone();

        int observed = shard.observations().length();
        Observations observations = Shard.room(environment.observationSpace(), steps * observed);
        float[] actions = new float[steps * copies * actionSize];
        double[] rewards = new double[steps * copies];
        double[] discounts = new double[steps * copies];
        double[] stateValues = new double[steps * copies];
        double[] nextValues = new double[steps * copies];
        double[] continues = new double[steps * copies];
        List<Episode> episodes = new ArrayList<>();
        Finals finals = new Finals(observationSize);
        long environmentNanos = 0;

        boolean[] mask = shard.allowed();
        if (mask.length != step.allowed.length) {
            throw new IllegalStateException("shard " + shard.index() + " has masks of " + mask.length
                    + " flags, and its environment's have " + step.allowed.length);
        }
        boolean[] allowed = new boolean[steps * mask.length];
        float[] drawn = new float[copies * actionSize];
        for (int t = 0; t < steps; t++) {
            if (t == 0) {
                observations.put(shard.observations());
            } else {
                observations.put(t * observed, step.observations);
            }
            System.arraycopy(mask, 0, allowed, t * mask.length, mask.length);
            int stuck = Masks.firstWithoutAction(environment.actionSpace(), mask);
            if (stuck >= 0) {
                throw new IllegalStateException("copy " + stuck + " of shard " + shard.index()
                        + " has no allowed action at step " + (lengths[stuck] + 1) + " of its episode");
            }
            network.forward(observations, t * observed, copies);
            Masks.apply(network.policyOutputs(), mask, 0);
            for (int copy = 0; copy < copies; copy++) {
                distribution.sample(
                        network.policyOutputs(),
                        copy,
                        model.parameters(),
                        generators.get(copy),
                        drawn,
                        copy * actionSize);
            }
            System.arraycopy(drawn, 0, actions, t * drawn.length, drawn.length);
            distribution.toEnvironment(drawn, environmentActions, copies);
            long before = System.nanoTime();
            environment.step(environmentActions, step);
            environmentNanos += System.nanoTime() - before;
            mask = step.allowed;

            for (int copy = 0; copy < copies; copy++) {
                int i = t * copies + copy;
                rewards[i] = step.rewards[copy];
                stateValues[i] = network.values().get(0, copy);
                discounts[i] = step.terminated[copy] ? 0 : gamma;
                continues[i] = step.ended(copy) ? 0 : 1;
                returns[copy] += step.rewards[copy];
                lengths[copy]++;
                if (step.ended(copy)) {
                    if (!step.terminated[copy]) {
                        finals.add(i, step.finalObservations, copy);
                    }
                    episodes.add(new Episode(returns[copy], lengths[copy]));
                    returns[copy] = 0;
                    lengths[copy] = 0;
                }
            }
        }

        network.forward(step.observations, 0, copies);
        for (int i = 0; i < nextValues.length; i++) {
            int next = i + copies;
            nextValues[i] = next < nextValues.length
                    ? stateValues[next]
                    : network.values().get(0, next - nextValues.length);
        }
        finals.bootstrap(network, nextValues);
        Rollout rollout = new Rollout(
                copies, observations, actions, rewards, discounts, stateValues, nextValues, continues, allowed);
        Shard next = new Shard(
                shard.index(),
                environment.snapshot(),
                Shard.observations(environment.observationSpace(), step.observations),
                Shard.states(generators, copies),
                returns,
                lengths,
                mask.clone());
        long actingNanos = System.nanoTime() - start - environmentNanos;
        return new Result(rollout, next, episodes, environmentNanos, actingNanos);
    }

    /** The last observations of truncated episodes: their V is asked for once, in one batch. */
    private static final class Finals {
        private final int observationSize;
        private final List<Integer> indices = new ArrayList<>();
        private float[] observations = new float[0];

        Finals(int observationSize) {
            this.observationSize = observationSize;
        }

        void add(int index, float[] finalObservations, int copy) {
            int at = indices.size() * observationSize;
            if (at + observationSize > observations.length) {
                observations = Arrays.copyOf(observations, Math.max(observationSize * 16, observations.length * 2));
            }
            System.arraycopy(finalObservations, copy * observationSize, observations, at, observationSize);
            indices.add(index);
        }

        void bootstrap(Network network, double[] nextValues) {
            if (indices.isEmpty()) {
                return;
            }
            network.forward(observations, 0, indices.size());
            for (int i = 0; i < indices.size(); i++) {
                nextValues[indices.get(i)] = network.values().get(0, i);
            }
        }
    }
}
