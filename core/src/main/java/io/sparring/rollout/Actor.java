package io.sparring.rollout;

import io.sparring.environment.Environment;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Step;
import io.sparring.environment.SteppedInParts;
import io.sparring.network.Activations;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.network.RunningMoments;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.LastingNoise;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Acts in B environments that step together: one forward pass a step for all of them, or for each of the parts that step apart. A scratch pad: it takes up a shard where
 * it was left, and leaves another one; nothing of it outlives a round but the arrays' capacity. Used by one thread at a time.
 */
public final class Actor {
    /** So many rollouts, of which one acts for all copies at once to see whether it should. */
    private static final int MEASURED_EVERY = 32;

    private final Environment environment;
    private final SteppedInParts parts;
    private final Network network;
    private final ActionDistribution distribution;
    private final Step step;
    private final RowLayout layout;

    /**
     * Whether parts are acted for one by one, which takes a forward pass for each: where acting takes longer than the environment does, the passes cost
     * more than the waiting. Decides how long a rollout takes, and nothing else.
     */
    private boolean apart;

    private int rollouts;

    /**
     * What a rollout left behind.
     *
     * @param seen what it adds to the model's normaliser, of the same sizes
     * @param normalization what the model's normaliser did to it
     * @param outcomes what the environment said to each step; null where nobody has asked for it
     */
    public record Result(
            Rollout rollout,
            Shard next,
            List<Episode> episodes,
            Normalizer seen,
            Normalization normalization,
            Outcomes outcomes,
            long environmentNanos,
            long actingNanos) {}

    /**
     * What the environment said to each step, which learning does not need: T×B.
     *
     * @param rewards as the environment gave them
     * @param terminated whether the task ended the episode
     * @param truncated whether a limit did
     */
    public record Outcomes(float[] rewards, boolean[] terminated, boolean[] truncated) {
        private Outcomes(int samples) {
            this(new float[samples], new boolean[samples], new boolean[samples]);
        }

        private void put(int sample, Step step, int copy) {
            rewards[sample] = step.rewards[copy];
            terminated[sample] = step.terminated[copy];
            truncated[sample] = step.truncated[copy];
        }
    }

    public Actor(Environment environment, Network network, ActionDistribution distribution) {
        this(environment, network, distribution, false);
    }

    /** @param apart whether the first rollouts act for parts one by one */
    Actor(Environment environment, Network network, ActionDistribution distribution, boolean apart) {
        this.environment = environment;
        parts = environment instanceof SteppedInParts inParts ? inParts : new Whole(environment);
        this.network = network;
        this.distribution = distribution;
        step = Step.compact(environment);
        layout = environment.layout();
        this.apart = apart;
        rollouts = apart ? 1 : 0;
    }

    /**
     * T steps from where {@code shard} stands. The shard is read, never changed.
     *
     * @param model by which every step is taken
     * @param gamma γ
     * @param steps T
     * @throws IllegalStateException if a copy's mask forbids every action, or the shard's masks, noise or memory are not those of this environment and
     *     network
     */
    public Result act(Model model, Shard shard, double gamma, int steps) {
        return act(model, shard, gamma, steps, false, null);
    }

    /**
     * @param outcomes whether {@link Result#outcomes} is asked for
     * @param kept receives what the layers give for {@link Rollout#observations}; null where nobody asks
     */
    public Result act(Model model, Shard shard, double gamma, int steps, boolean outcomes, Activations kept) {
        long start = System.nanoTime();
        environment.restore(shard.environment());
        long restored = System.nanoTime() - start;
        network.setModel(model);
        Act act = new Act(model, shard, gamma, steps, outcomes, kept);
        act.environmentNanos = restored;
        boolean together = rollouts++ % MEASURED_EVERY == 0 || !apart;
        for (int t = 0; t < steps; t++) {
            if (together) {
                act.receive(t - 1);
                act.choose(t, 0, parts.copies());
                act.send();
            } else {
                act.stepApart(t);
            }
        }
        act.receive(steps - 1);
        Result result = act.result(start);
        if (together) {
            apart = result.actingNanos() < result.environmentNanos();
        }
        return result;
    }

    /** A rollout that is being made. */
    private final class Act {
        private final Shard shard;
        private final double gamma;
        private final int steps;
        private final int copies = environment.copies();
        private final int observed = copies * environment.observationSpace().size();
        private final int actionSize = distribution.actionSize();
        private final int masked = step.allowed.length;
        private final Normalizer normalizer;

        private final Observations observations;
        private final Activations kept;
        private final boolean[] allowed;
        private final float[] actions;
        private final double[] rewards;
        private final double[] discounts;
        private final double[] stateValues;
        private final double[] continues;
        private final Outcomes outcomes;
        private final float[] drawn = new float[copies * actionSize];
        private final float[] environmentActions = new float[drawn.length];
        private final Generators generators;
        private final PolicyBatch policy;
        private LastingNoise noise;
        private final float[] remembered;
        private final Recollection memory;
        private final double[] returns;
        private final int[] lengths;
        /** G of each running episode, and after each step, T×B; empty where rewards are not normalised. */
        private final double[] discountedReturns;

        private final double[] discountedReturnsSeen;
        private final List<Episode> episodes = new ArrayList<>();
        private final Finals finals = new Finals(layout);
        private long environmentNanos;

        Act(Model model, Shard shard, double gamma, int steps, boolean outcomes, Activations kept) {
            if (shard.allowed().length != masked) {
                throw new IllegalStateException("shard " + shard.index() + " has masks of " + shard.allowed().length
                        + " flags, and its environment's have " + masked);
            }
            this.shard = shard;
            normalizer = model.normalizer();
            this.gamma = gamma;
            this.steps = steps;
            policy = PolicyBatch.of(network, distribution.prepare(model.freeParameters()));
            noise = shard.noise();
            remembered = remembered(model, shard);
            memory = new Recollection(model.architecture().stateSize(), remembered.clone());
            generators = Generators.read(ByteBuffer.wrap(shard.actionGenerators()), copies);
            returns = shard.returns().clone();
            lengths = shard.lengths().clone();
            discountedReturns = Arrays.copyOf(shard.discountedReturns(), normalizer.normalizesRewards() ? copies : 0);
            discountedReturnsSeen = new double[steps * discountedReturns.length];
            observations = Observations.room(layout, steps * observed);
            observations.put(0, shard.observations(), 0, observed);
            this.kept = kept;
            if (kept != null) {
                kept.begin(model, observations);
            }
            allowed = new boolean[steps * masked];
            System.arraycopy(shard.allowed(), 0, allowed, 0, masked);
            actions = new float[steps * drawn.length];
            rewards = new double[steps * copies];
            discounts = new double[steps * copies];
            stateValues = new double[steps * copies];
            continues = new double[steps * copies];
            this.outcomes = outcomes ? new Outcomes(steps * copies) : null;
        }

        /** What is remembered of the running episodes: nothing where no step has been made. */
        private float[] remembered(Model model, Shard shard) {
            int numbers = copies * model.architecture().stateSize();
            if (shard.memory().length > 0 && shard.memory().length != numbers) {
                throw new IllegalStateException("shard " + shard.index() + " remembers " + shard.memory().length
                        + " numbers, and its network " + numbers);
            }
            return Arrays.copyOf(shard.memory(), numbers);
        }

        /** Each part in turn, so that one is stepped while the other is acted for. */
        void stepApart(int t) {
            for (int part = 0; part < parts.parts(); part++) {
                receive(t - 1, part);
                choose(t, parts.firstCopy(part), parts.firstCopy(part + 1));
                send(part);
            }
        }

        /** Draws what these copies do at this step. */
        void choose(int t, int from, int to) {
            int row = t * copies;
            int stuck = Masks.firstWithoutAction(environment.actionSpace(), allowed, row + from, row + to) - row;
            if (stuck >= 0) {
                throw new IllegalStateException("copy " + stuck + " of shard " + shard.index()
                        + " has no allowed action at step " + (lengths[stuck] + 1) + " of its episode");
            }
            network.forward(observations, t * observed + from * (observed / copies), to - from, memory.of(from, to));
            memory.keep(network, from);
            if (kept != null) {
                network.keep(kept, row + from);
            }
            Masks.apply(network.policyOutputs(), allowed, row + from);
            if (from == 0) {
                noise = distribution.noise(noise, generators, copies);
            }
            for (int copy = from; copy < to; copy++) {
                distribution.sample(policy, copy - from, generators.get(copy), noise, copy, drawn, copy * actionSize);
                stateValues[row + copy] = network.values().get(0, copy - from);
            }
            System.arraycopy(drawn, from * actionSize, actions, (row + from) * actionSize, (to - from) * actionSize);
            distribution.toEnvironment(drawn, environmentActions, copies);
        }

        void send() {
            for (int part = 0; part < parts.parts(); part++) {
                send(part);
            }
        }

        /** Has a part's step begun. */
        private void send(int part) {
            long before = System.nanoTime();
            parts.send(part, environmentActions);
            environmentNanos += System.nanoTime() - before;
        }

        void receive(int t) {
            for (int part = 0; part < parts.parts(); part++) {
                receive(t, part);
            }
        }

        /** Writes down what step t, if any, has led to in one part. */
        private void receive(int t, int part) {
            if (t < 0) {
                return;
            }
            long before = System.nanoTime();
            parts.receive(part, step);
            environmentNanos += System.nanoTime() - before;
            int from = parts.firstCopy(part);
            int to = parts.firstCopy(part + 1);
            for (int copy = from; copy < to; copy++) {
                int i = t * copies + copy;
                rewards[i] = normalizer.reward(step.rewards[copy]);
                if (outcomes != null) {
                    outcomes.put(i, step, copy);
                }
                discounts[i] = step.terminated[copy] ? 0 : gamma;
                continues[i] = step.ended(copy) ? 0 : 1;
                returns[copy] += step.rewards[copy];
                lengths[copy]++;
                if (discountedReturns.length > 0) {
                    discountedReturns[copy] = gamma * discountedReturns[copy] + step.rewards[copy];
                    discountedReturnsSeen[i] = discountedReturns[copy];
                    discountedReturns[copy] *= continues[i];
                }
                if (step.ended(copy)) {
                    if (!step.terminated[copy]) {
                        finals.add(i, step, copy, memory);
                    }
                    memory.forget(copy);
                    episodes.add(new Episode(returns[copy], lengths[copy]));
                    returns[copy] = 0;
                    lengths[copy] = 0;
                }
            }
            if (t + 1 < steps) {
                int size = observed / copies;
                observations.put((t + 1) * observed + from * size, Shard.given(step), from * size, (to - from) * size);
                int flags = masked / copies;
                System.arraycopy(
                        step.allowed, from * flags, allowed, (t + 1) * masked + from * flags, (to - from) * flags);
            }
        }

        Result result(long start) {
            network.forward(Shard.given(step), 0, copies, memory.of(0, copies));
            double[] nextValues = new double[steps * copies];
            for (int i = 0; i < nextValues.length; i++) {
                int next = i + copies;
                nextValues[i] = next < nextValues.length
                        ? stateValues[next]
                        : network.values().get(0, next - nextValues.length);
            }
            finals.bootstrap(network, nextValues);
            Rollout rollout = new Rollout(
                    copies,
                    observations,
                    actions,
                    rewards,
                    discounts,
                    stateValues,
                    nextValues,
                    continues,
                    allowed,
                    remembered);
            Shard next = new Shard(
                    shard.index(),
                    environment.snapshot(),
                    Shard.observations(layout, step),
                    Shard.states(generators, copies),
                    returns,
                    lengths,
                    step.allowed.clone(),
                    noise,
                    discountedReturns,
                    memory.states());
            Normalizer seen = seen();
            Normalization normalization = new Normalization(
                    normalizer.observationScale().clipped(observations, network.normalizedNumbers()),
                    normalizer.rewardScale(),
                    seen.isFinite());
            long actingNanos = System.nanoTime() - start - environmentNanos;
            return new Result(rollout, next, episodes, seen, normalization, outcomes, environmentNanos, actingNanos);
        }

        private Normalizer seen() {
            return new Normalizer(
                    RunningMoments.of(observations, normalizer.observations().size()),
                    normalizer.normalizesRewards() ? RunningMoments.of(discountedReturnsSeen) : RunningMoments.none(0));
        }
    }

    /** An environment that steps all its copies at once. */
    private static final class Whole implements SteppedInParts {
        private final Environment environment;
        private float[] actions;

        Whole(Environment environment) {
            this.environment = environment;
        }

        @Override
        public int copies() {
            return environment.copies();
        }

        @Override
        public int parts() {
            return 1;
        }

        @Override
        public void send(int part, float[] actions) {
            this.actions = actions;
        }

        @Override
        public void receive(int part, Step result) {
            environment.step(actions, result);
        }
    }

    /** The last observations of truncated episodes, and what was remembered there: their V is asked for once, in one batch. */
    private static final class Finals {
        private final RowLayout layout;
        private final List<Integer> indices = new ArrayList<>();
        private final List<Past> pasts = new ArrayList<>();
        private Observations observations;

        Finals(RowLayout layout) {
            this.layout = layout;
            observations = Observations.room(layout, 0);
        }

        void add(int index, Step step, int copy, Recollection memory) {
            int size = layout.size();
            int at = indices.size() * size;
            if (at == observations.length()) {
                Observations more = Observations.room(layout, Math.max(size * 16, 2 * at));
                more.put(0, observations, 0, at);
                observations = more;
            }
            observations.put(at, Shard.givenLast(step), copy * size, size);
            indices.add(index);
            pasts.add(memory.of(copy, copy + 1));
        }

        void bootstrap(Network network, double[] nextValues) {
            if (indices.isEmpty()) {
                return;
            }
            network.forward(observations, 0, indices.size(), Past.beside(pasts));
            for (int i = 0; i < indices.size(); i++) {
                nextValues[indices.get(i)] = network.values().get(0, i);
            }
        }
    }
}
