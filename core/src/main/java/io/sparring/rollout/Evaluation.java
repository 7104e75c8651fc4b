package io.sparring.rollout;

import io.sparring.environment.Environment;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Step;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.LastingNoise;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.random.Generators;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.function.Consumer;

/**
 * Whole episodes by one model. Episode i of evaluation k is the same whoever plays it and whatever is played beside it,
 * since it is seeded by (seed, k, i).
 */
public final class Evaluation {
    private Evaluation() {}

    /** Somebody who looks on, and changes nothing. */
    @FunctionalInterface
    public interface Spectator {
        /**
         * What the environments show now may be looked at.
         *
         * @param steps since the reset
         * @param over whether that was the last step
         */
        void look(int steps, boolean over);
    }

    /**
     * Plays one episode in every copy of the environment.
     *
     * @param distribution over its actions
     * @param model for this environment
     * @param index k, which evaluation of the run
     * @param first the index of the episode that the first copy plays; the others follow
     * @param greedy whether the likeliest action is taken; otherwise actions are sampled
     * @throws IllegalStateException if a copy's mask forbids every action
     */
    public static Episode[] play(
            Environment environment,
            ActionDistribution distribution,
            Model model,
            long seed,
            long index,
            int first,
            boolean greedy) {
        return play(environment, distribution, model, seed, index, first, greedy, (steps, over) -> {});
    }

    /** The same with a spectator, after the reset and after each step. */
    public static Episode[] play(
            Environment environment,
            ActionDistribution distribution,
            Model model,
            long seed,
            long index,
            int first,
            boolean greedy,
            Spectator spectator) {
        return play(environment, distribution, model, seed, index, first, greedy, spectator, null);
    }

    /** The same with somebody who writes every step down, whom episodes are numbered for from {@code first} on; null: nobody. */
    public static Episode[] play(
            Environment environment,
            ActionDistribution distribution,
            Model model,
            long seed,
            long index,
            int first,
            boolean greedy,
            Spectator spectator,
            Consumer<LoggedStep> log) {
        Network network = new Network(model.architecture());
        network.setModel(model);
        int copies = environment.copies();
        int actionSize = distribution.actionSize();
        long[] environmentSeeds = new long[copies];
        long[] actionSeeds = new long[copies];
        for (int copy = 0; copy < copies; copy++) {
            environmentSeeds[copy] = Streams.seed(seed, index, first + copy, Purpose.EVALUATION_ENVIRONMENT);
            actionSeeds[copy] = Streams.seed(seed, index, first + copy, Purpose.EVALUATION_ACTION);
        }
        Generators generators = Generators.of(actionSeeds);
        Step step = Step.compact(environment);
        float[] actions = new float[copies * actionSize];
        float[] environmentActions = new float[actions.length];
        double[] returns = new double[copies];
        Episode[] episodes = new Episode[copies];
        environment.reset(environmentSeeds, step);
        PolicyBatch policy = PolicyBatch.of(network, distribution.prepare(model.freeParameters()));
        LastingNoise noise = LastingNoise.NONE;
        Recollection memory = new Recollection(model.architecture().stateSize(), copies);
        spectator.look(0, false);
        Log written = log == null ? null : new Log(environment, distribution, policy, first, log);

        int playing = copies;
        for (int length = 1; playing > 0; length++) {
            int stuck = Masks.firstWithoutAction(environment.actionSpace(), step.allowed);
            if (stuck >= 0) {
                throw new IllegalStateException("copy " + stuck + " of an evaluation from episode " + first
                        + " on has no allowed action at step " + length);
            }
            if (written == null) {
                network.forwardPolicy(Shard.given(step), 0, copies, memory.of(0, copies));
            } else {
                network.forward(Shard.given(step), 0, copies, memory.of(0, copies));
            }
            memory.keep(network, 0);
            Masks.apply(network.policyOutputs(), step.allowed, 0);
            if (!greedy) {
                noise = distribution.noise(noise, generators, copies);
            }
            for (int copy = 0; copy < copies; copy++) {
                if (greedy) {
                    distribution.mode(network.policyOutputs(), copy, actions, copy * actionSize);
                } else {
                    distribution.sample(policy, copy, generators.get(copy), noise, copy, actions, copy * actionSize);
                }
            }
            if (written != null) {
                written.before(step, actions, network);
            }
            distribution.toEnvironment(actions, environmentActions, copies);
            environment.step(environmentActions, step);
            for (int copy = 0; copy < copies; copy++) {
                if (step.ended(copy)) {
                    memory.forget(copy);
                }
                if (episodes[copy] == null) {
                    if (written != null) {
                        written.after(step, actions, copy, length - 1);
                    }
                    returns[copy] += step.rewards[copy];
                    if (step.ended(copy)) {
                        episodes[copy] = new Episode(returns[copy], length);
                        playing--;
                    }
                }
            }
            spectator.look(length, playing == 0);
        }
        return episodes;
    }

    /** What was acted on is written over before it is known what came of it. */
    private static final class Log {
        private final ActionDistribution distribution;
        private final PolicyBatch policy;
        private final int first;
        private final Consumer<LoggedStep> to;
        private final int copies;
        private final Observations observations;
        private final boolean[] allowed;
        private final double[] logProbabilities;
        private final double[] values;
        private final double[] outputs;

        Log(
                Environment environment,
                ActionDistribution distribution,
                PolicyBatch policy,
                int first,
                Consumer<LoggedStep> to) {
            this.distribution = distribution;
            this.policy = policy;
            this.first = first;
            this.to = to;
            copies = environment.copies();
            RowLayout layout = environment.layout();
            observations = Observations.room(layout, copies * layout.size());
            allowed = new boolean
                    [environment.masks() ? copies * environment.actionSpace().maskSize() : 0];
            logProbabilities = new double[copies];
            values = new double[copies];
            outputs = new double[distribution.outputs() + distribution.features()];
        }

        void before(Step step, float[] actions, Network network) {
            observations.put(0, Shard.given(step), 0, observations.length());
            System.arraycopy(step.allowed, 0, allowed, 0, allowed.length);
            for (int copy = 0; copy < copies; copy++) {
                policy.read(copy, outputs);
                logProbabilities[copy] = distribution.logProbability(
                        outputs, 0, policy.free(), actions, copy * distribution.actionSize());
                values[copy] = network.values().get(0, copy);
            }
        }

        void after(Step step, float[] actions, int copy, int t) {
            to.accept(new LoggedStep(
                    first + copy,
                    t,
                    observations,
                    copy * (observations.length() / copies),
                    actions,
                    copy * distribution.actionSize(),
                    allowed,
                    copy * (allowed.length / copies),
                    step.rewards[copy],
                    step.terminated[copy],
                    step.truncated[copy],
                    logProbabilities[copy],
                    values[copy]));
        }
    }
}
