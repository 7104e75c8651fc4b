package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.SteppedInParts;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.network.RunningMoments;
import io.sparring.network.Trunk;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActorTest {
    private static final double GAMMA = 0.9;
    /** No hidden layer: logits 0 and 0, V(s) = 2 s + 0.5. */
    private static final float[] PARAMETERS = {0, 0, 0, 0, 2, 0.5f};

    private static Actor actor(Environment environment) {
        return new Actor(
                environment, new Network(architecture(environment)), ActionDistribution.of(environment.actionSpace()));
    }

    private static Architecture architecture(Environment environment, Integer... hidden) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return new Architecture(
                Architecture.Kind.SEPARATE,
                List.of(hidden),
                Activation.TANH,
                environment.observationSpace().size(),
                distribution.outputs(),
                distribution.freeParameters());
    }

    private static Model model(Environment environment) {
        return new Model(architecture(environment), PARAMETERS);
    }

    private static double value(double observation) {
        return 2 * observation + 0.5;
    }

    private static double[] values(double... observations) {
        return Arrays.stream(observations).map(ActorTest::value).toArray();
    }

    private static Actor.Result act(int steps, String... scripts) {
        Environment environment = new Scripted(scripts);
        return actor(environment).act(model(environment), Shard.first(7, 3, environment), GAMMA, steps);
    }

    @Test
    void aRolloutHoldsWhatWasSeenAndEarnedStepByStep() {
        Rollout rollout = act(3, "...", "...").rollout();

        assertThat(rollout.environments()).isEqualTo(2);
        assertThat(rollout.samples()).isEqualTo(6);
        assertThat(rollout.observations().toFloats()).containsExactly(0, 100, 1, 101, 2, 102);
        assertThat(rollout.rewards()).containsExactly(0, 10, 1, 11, 2, 12);
        assertThat(rollout.values()).isEqualTo(values(0, 100, 1, 101, 2, 102));
        assertThat(rollout.actions()).hasSize(6).containsOnly(0, 1);
    }

    @Test
    void insideAnEpisodeTheNextValueIsThatOfTheNextObservationAndAtTheEndOfTheRolloutTheBootstrap() {
        Rollout rollout = act(3, "...", "...").rollout();

        assertThat(rollout.nextValues()).isEqualTo(values(1, 101, 2, 102, 3, 103));
        assertThat(rollout.discounts()).containsOnly(GAMMA);
        assertThat(rollout.continues()).containsOnly(1);
    }

    @Test
    void aTerminatedEpisodeHasNoFuture() {
        Rollout rollout = act(3, ".t.", "...").rollout();

        assertThat(rollout.discounts()).containsExactly(GAMMA, GAMMA, 0, GAMMA, GAMMA, GAMMA);
        assertThat(rollout.continues()).containsExactly(1, 1, 0, 1, 1, 1);
    }

    @Test
    void aTruncatedEpisodeIsBootstrappedFromItsFinalObservationAndNotFromTheFirstOneOfTheNext() {
        Rollout rollout = act(3, "...", ".u.").rollout();

        assertThat(rollout.nextValues()).isEqualTo(values(1, 101, 2, -102, 3, 103));
        assertThat(rollout.discounts()).containsOnly(GAMMA);
        assertThat(rollout.continues()).containsExactly(1, 1, 1, 0, 1, 1);
    }

    @Test
    void aTruncationAtTheLastStepOfTheRolloutIsBootstrappedFromTheFinalObservationToo() {
        Rollout rollout = act(3, "..u", "...").rollout();

        assertThat(rollout.nextValues()).isEqualTo(values(1, 101, 2, 102, -3, 103));
        assertThat(rollout.continues()).containsExactly(1, 1, 1, 1, 0, 1);
    }

    @Test
    void whereAnEpisodeIsTruncatedAndTerminatedAtOnceTerminatedWins() {
        Rollout rollout = act(2, ".b", "b.").rollout();

        assertThat(rollout.discounts()).containsExactly(GAMMA, 0, 0, GAMMA);
        assertThat(rollout.continues()).containsExactly(1, 0, 0, 1);
    }

    /** Two trunks of two units each on what is seen. */
    private static Architecture remembering(Environment environment, Memory.Kind kind) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return new Architecture(
                Architecture.Kind.SEPARATE,
                Trunk.dense(environment.observationSpace().size(), List.of(), Activation.TANH),
                new Memory(kind, 2),
                distribution.outputs(),
                distribution.freeParameters());
    }

    @ParameterizedTest
    @EnumSource(names = {"LSTM", "GRU"})
    void aTruncatedEpisodeIsBootstrappedWithWhatWasRememberedOfItAndTheNextOneBeginsWithNothing(Memory.Kind kind) {
        Environment environment = new Scripted(".u.", ".t.", "..u");
        Architecture architecture = remembering(environment, kind);
        Model model = new Model(architecture, architecture.initialParameters(Streams.of(3)));
        Actor.Result result = new Actor(
                        environment, new Network(architecture), ActionDistribution.of(environment.actionSpace()))
                .act(model, Shard.first(7, 3, environment), GAMMA, 3);

        Network network = new Network(architecture);
        network.setModel(model);
        int size = architecture.stateSize();
        float[] states = new float[3 * size];
        Observations seen = result.rollout().observations();
        for (int t = 0; t < 3; t++) {
            network.forward(seen, 3 * t, 3, Past.before(states.clone(), 3));
            network.remember(states, 0);
            for (int copy = 0; copy < 3; copy++) {
                assertThat(result.rollout().values()[3 * t + copy])
                        .isEqualTo(network.values().get(0, copy));
            }
            if (t == 1) {
                float[] own = Arrays.copyOf(states, size);
                Observations last = new Observations.Floats(new float[] {-2});
                network.forward(last, 0, 1, Past.before(own, 1));
                assertThat(result.rollout().nextValues()[3])
                        .isEqualTo(network.values().get(0, 0));
                network.forward(last, 0, 1, Past.before(new float[size], 1));
                assertThat(result.rollout().nextValues()[3])
                        .isNotEqualTo(network.values().get(0, 0));
                Arrays.fill(states, 0, 2 * size, 0);
            }
        }
        Arrays.fill(states, 2 * size, 3 * size, 0);
        assertThat(result.next().memory()).isEqualTo(states);
        assertThat(states[0]).isNotZero();
        network.forward(result.next().observations(), 0, 3, Past.before(states, 3));
        assertThat(result.rollout().nextValues()[6]).isEqualTo(network.values().get(0, 0));
        assertThat(result.rollout().states()).containsOnly(0);
    }

    @Test
    void aShardThatRemembersForAnotherNetworkIsRefused() {
        Environment environment = new Scripted("...", "...");
        Architecture lstm = remembering(environment, Memory.Kind.LSTM);
        Architecture gru = remembering(environment, Memory.Kind.GRU);
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        Shard next = new Actor(environment, new Network(lstm), distribution)
                .act(new Model(lstm, new float[lstm.parameterCount()]), Shard.first(7, 3, environment), GAMMA, 1)
                .next();
        Actor other = new Actor(environment, new Network(gru), distribution);

        assertThatThrownBy(() -> other.act(new Model(gru, new float[gru.parameterCount()]), next, GAMMA, 1))
                .hasMessage("shard 3 remembers 16 numbers, and its network 8");
    }

    /** More of them than the first batch of final observations has room for. */
    @Test
    void manyTruncationsAreEachBootstrappedFromTheirOwnFinalObservation() {
        Rollout rollout = act(40, "u", ".u").rollout();

        for (int t = 0; t < 40; t++) {
            assertThat(rollout.nextValues()[2 * t]).isEqualTo(value(-(t + 1)));
            assertThat(rollout.nextValues()[2 * t + 1]).isEqualTo(value(t % 2 == 1 ? -(101 + t) : 101 + t));
        }
    }

    @Test
    void episodesAreCountedWithTheirRewardsAcrossRounds() {
        Environment environment = new Scripted("...t.u", "....b.");
        Actor actor = actor(environment);
        Shard shard = Shard.first(7, 3, environment);
        List<Episode> episodes = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Actor.Result result = actor.act(model(environment), shard, GAMMA, 2);
            episodes.addAll(result.episodes());
            shard = result.next();
        }

        assertThat(episodes)
                .containsExactly(
                        new Episode(0 + 1 + 2 + 3, 4), new Episode(10 + 11 + 12 + 13 + 14, 5), new Episode(4 + 5, 2));
        assertThat(shard.returns()).containsExactly(0, 15);
        assertThat(shard.lengths()).containsExactly(0, 1);
        assertThat(shard.index()).isEqualTo(3);
        assertThat(shard.observations().toFloats()).containsExactly(6, 106);
    }

    /** Whose numbers fit into a byte; of which it writes some as such. */
    private static Environment pictures(Space.Dtype dtype, boolean inBytes) {
        return new Scripted("..u", "...") {
            @Override
            public Space.Box observationSpace() {
                return Space.Box.of(dtype, 0, 255, 1);
            }

            @Override
            public boolean observesBytes() {
                return inBytes;
            }

            @Override
            public void reset(long[] seeds, Step first) {
                Step floats = new Step(copies(), 1);
                super.reset(seeds, floats.observations);
                copy(floats, first);
            }

            @Override
            public void step(float[] actions, Step result) {
                Step floats = new Step(copies(), 1);
                super.step(actions, floats);
                for (int copy = 0; copy < copies(); copy++) {
                    floats.finalObservations[copy] = 255 + floats.finalObservations[copy];
                    result.rewards[copy] = floats.rewards[copy];
                    result.terminated[copy] = floats.terminated[copy];
                    result.truncated[copy] = floats.truncated[copy];
                }
                copy(floats, result);
            }

            private void copy(Step floats, Step result) {
                for (int copy = 0; copy < copies(); copy++) {
                    if (result.bytes.length > 0) {
                        result.bytes[copy] = (byte) floats.observations[copy];
                        result.finalBytes[copy] = (byte) floats.finalObservations[copy];
                    } else {
                        result.observations[copy] = floats.observations[copy];
                        result.finalObservations[copy] = floats.finalObservations[copy];
                    }
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bytesStayBytesAndAreLearnedFromAsTheSameNumbers(boolean inBytes) {
        Environment environment = pictures(Space.Dtype.UINT8, inBytes);
        Shard shard = Shard.first(7, 3, environment);
        Actor.Result bytes = actor(environment).act(model(environment), shard, GAMMA, 150);
        Environment other = pictures(Space.Dtype.FLOAT32, false);
        Actor.Result floats = actor(other).act(model(other), Shard.first(7, 3, other), GAMMA, 150);

        assertThat(shard.observations()).isEqualTo(new Observations.Bytes(new byte[] {0, 100}));
        assertThat(bytes.next().observations()).isEqualTo(new Observations.Bytes(new byte[] {(byte) 150, (byte) 250}));
        assertThat(bytes.rollout().observations().roomBytes()).isEqualTo(300);
        assertThat(bytes.rollout().observations().toFloats())
                .isEqualTo(floats.rollout().observations().toFloats());
        assertThat(bytes.rollout().values()).isEqualTo(floats.rollout().values());
        assertThat(bytes.rollout().nextValues()).isEqualTo(floats.rollout().nextValues());
    }

    @Test
    void numbersThatAreNoBytesAreNotMadeSome() {
        Environment environment = pictures(Space.Dtype.UINT8, false);
        assertThatThrownBy(() -> actor(environment).act(model(environment), Shard.first(7, 3, environment), GAMMA, 157))
                .hasMessage("256.0 is observed where whole numbers from 0 to 255 are promised");
    }

    /** With a real environment, a real network and sampled actions. */
    @Test
    void twoShortRolloutsAreOneLongOne() {
        Environment environment = Environments.create("CartPole-v1", 3);
        Architecture architecture = architecture(environment, 8);
        Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
        Actor actor =
                new Actor(environment, new Network(architecture), ActionDistribution.of(environment.actionSpace()));
        Shard first = Shard.first(7, 0, environment);

        Actor.Result whole = actor.act(model, first, GAMMA, 60);
        Actor.Result half = actor.act(model, first, GAMMA, 30);
        Actor.Result rest = actor.act(model, half.next(), GAMMA, 30);

        assertThat(join(
                        half.rollout().observations().toFloats(),
                        rest.rollout().observations().toFloats()))
                .isEqualTo(whole.rollout().observations().toFloats());
        assertThat(join(half.rollout().actions(), rest.rollout().actions()))
                .isEqualTo(whole.rollout().actions());
        List<Episode> episodes = new ArrayList<>(half.episodes());
        episodes.addAll(rest.episodes());
        assertThat(episodes).isEqualTo(whole.episodes()).hasSizeGreaterThan(3);
        assertThat(rest.next()).usingRecursiveComparison().isEqualTo(whole.next());
    }

    @Test
    void aRolloutHoldsTheMasksByWhichItsActionsWereDrawn() {
        try (Environment environment = Environments.create("Identity-Masked-v0", 3)) {
            Architecture architecture = architecture(environment, 8);
            Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
            Actor actor =
                    new Actor(environment, new Network(architecture), ActionDistribution.of(environment.actionSpace()));
            Shard first = Shard.first(7, 0, environment);

            Actor.Result whole = actor.act(model, first, GAMMA, 150);
            Actor.Result half = actor.act(model, first, GAMMA, 75);
            Actor.Result rest = actor.act(model, half.next(), GAMMA, 75);

            boolean[] allowed = whole.rollout().allowed();
            assertThat(allowed).hasSize(150 * 3 * 16);
            assertThat(Arrays.copyOf(allowed, first.allowed().length)).isEqualTo(first.allowed());
            for (int i = 0; i < whole.rollout().samples(); i++) {
                int target = 0;
                while (whole.rollout().observations().get(16 * i + target) == 0) {
                    target++;
                }
                assertThat(allowed[16 * i + target]).isTrue();
                assertThat(allowed[16 * i + (int) whole.rollout().actions()[i]]).isTrue();
            }
            assertThat(Arrays.copyOf(allowed, allowed.length / 2))
                    .isEqualTo(half.rollout().allowed());
            assertThat(Arrays.copyOfRange(allowed, allowed.length / 2, allowed.length))
                    .isEqualTo(rest.rollout().allowed());
            assertThat(rest.next()).usingRecursiveComparison().isEqualTo(whole.next());
        }
    }

    @Test
    void anEnvironmentWithoutMasksLeavesNoneBehind() {
        Actor.Result result = act(3, "...", "...");

        assertThat(result.rollout().allowed()).isEmpty();
        assertThat(result.next().allowed()).isEmpty();
    }

    /** Forbids action 1, and at the third step of copy 1 the other one too. */
    static final class Stuck extends Scripted {
        Stuck() {
            super(".", ".");
        }

        @Override
        public boolean masks() {
            return true;
        }

        @Override
        public void reset(long[] seeds, Step first) {
            reset(seeds, first.observations);
            mask(first, 0);
        }

        @Override
        public void step(float[] actions, Step result) {
            assertThat(actions).containsOnly(0);
            super.step(actions, result);
            mask(result, (int) result.observations[0]);
        }

        private static void mask(Step result, int taken) {
            Arrays.fill(result.allowed, false);
            result.allowed[0] = true;
            result.allowed[2] = taken != 2;
        }
    }

    @Test
    void aCopyThatMayDoNothingIsNamedWithItsStep() {
        Environment environment = new Stuck();
        Shard first = Shard.first(7, 4, environment);

        assertThat(actor(environment)
                        .act(model(environment), first, GAMMA, 2)
                        .rollout()
                        .actions())
                .containsOnly(0);
        assertThatThrownBy(() -> actor(environment).act(model(environment), first, GAMMA, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("copy 1 of shard 4 has no allowed action at step 3 of its episode");
    }

    @Test
    void aShardWithoutTheMasksOfItsEnvironmentIsRefused() {
        Environment environment = new Stuck();
        Shard shard = Shard.first(7, 4, new Scripted(".", "."));

        assertThatThrownBy(() -> actor(environment).act(model(environment), shard, GAMMA, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("shard 4 has masks of 0 flags, and its environment's have 4");
    }

    private static float[] join(float[] a, float[] b) {
        float[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    /** Another environment's copies, of which the second half is acted for once the first has stepped. */
    private static final class Halves implements Environment, SteppedInParts {
        private final Environment whole;
        private final Step stepped;
        private final float[] told;

        Halves(Environment whole) {
            this.whole = whole;
            stepped = Step.of(whole);
            told = new float[whole.copies() * whole.actionSpace().size()];
        }

        @Override
        public int copies() {
            return whole.copies();
        }

        @Override
        public Space.Box observationSpace() {
            return whole.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return whole.actionSpace();
        }

        @Override
        public void reset(long[] seeds, float[] observations) {
            whole.reset(seeds, observations);
        }

        @Override
        public byte[] snapshot() {
            return whole.snapshot();
        }

        @Override
        public void restore(byte[] snapshot) {
            whole.restore(snapshot);
        }

        @Override
        public int parts() {
            return 2;
        }

        @Override
        public void send(int part, float[] actions) {
            copyRows(part, actions, told);
        }

        @Override
        public void receive(int part, Step result) {
            if (part == 0) {
                whole.step(told, stepped);
            }
            copyRows(part, stepped.observations, result.observations);
            copyRows(part, stepped.finalObservations, result.finalObservations);
            copyRows(part, stepped.rewards, result.rewards);
            for (int copy = firstCopy(part); copy < firstCopy(part + 1); copy++) {
                result.terminated[copy] = stepped.terminated[copy];
                result.truncated[copy] = stepped.truncated[copy];
            }
        }

        private void copyRows(int part, float[] from, float[] to) {
            int size = from.length / copies();
            int first = firstCopy(part) * size;
            System.arraycopy(from, first, to, first, firstCopy(part + 1) * size - first);
        }

        @Override
        public void step(float[] actions, Step result) {
            whole.step(actions, result);
        }
    }

    @Test
    void aCopyHasItsOwnLastingNoiseAndMemoryInWhicheverPartItIsStepped() {
        Environment whole = Environments.create("Identity-Box-v0", 3);
        ActionDistribution distribution = ActionDistribution.stateDependent((Space.Box) whole.actionSpace(), 8, 4);
        Architecture architecture = new Architecture(
                Architecture.Kind.SEPARATE,
                Trunk.dense(whole.observationSpace().size(), List.of(5), Activation.TANH),
                new Memory(Memory.Kind.LSTM, 8),
                distribution.outputs(),
                distribution.freeParameters());
        Model model = new Model(
                architecture,
                architecture.initialParameters(Streams.of(1)),
                Normalizer.first(architecture.observationSize(), true));
        Shard shard = Shard.first(7, 3, whole);
        List<Actor.Result> results = new ArrayList<>();
        results.add(new Actor(whole, new Network(architecture), distribution).act(model, shard, GAMMA, 10));
        for (boolean apart : new boolean[] {false, true}) {
            results.add(new Actor(new Halves(whole), new Network(architecture), distribution, apart)
                    .act(model, shard, GAMMA, 10));
        }

        for (Actor.Result inHalves : results.subList(1, 3)) {
            assertThat(inHalves.rollout())
                    .usingRecursiveComparison()
                    .isEqualTo(results.get(0).rollout());
            assertThat(inHalves.next())
                    .usingRecursiveComparison()
                    .isEqualTo(results.get(0).next());
            assertThat(inHalves.seen()).isEqualTo(results.get(0).seen());
        }
    }

    // Normalised.

    /** μ = 2, σ² = 4; returns of σ² = 16. */
    private static Model normalizing(Environment environment) {
        return model(environment)
                .with(new Normalizer(
                        new RunningMoments(3, new double[] {2}, new double[] {12}),
                        new RunningMoments(2, new double[] {100}, new double[] {32})));
    }

    @Test
    void whatIsSeenStaysAsItIsAndTheNetworkAndTheCriticsTargetsGetItNormalised() {
        Environment environment = new Scripted("..u", "...");
        Actor.Result result =
                actor(environment).act(normalizing(environment), Shard.first(7, 3, environment), GAMMA, 3);

        Rollout rollout = result.rollout();
        assertThat(rollout.observations().toFloats()).containsExactly(0, 100, 1, 101, 2, 102);
        // (x − 2)/2, and 10 where that is more.
        assertThat(rollout.values()).containsExactly(values(-1, 10, -0.5, 10, 0, 10), within(1e-6));
        assertThat(rollout.nextValues())
                .as("bootstraps of truncated episodes and of the rollout's end, too")
                .containsExactly(values(-0.5, 10, 0, 10, -2.5, 10), within(1e-6));
        assertThat(rollout.rewards())
                .as("a quarter of them")
                .containsExactly(new double[] {0, 2.5, 0.25, 2.75, 0.5, 3}, within(1e-8));
        assertThat(result.episodes()).as("as they were earned").containsExactly(new Episode(0 + 1 + 2, 3));
        assertThat(result.next().returns()).containsExactly(0, 10 + 11 + 12);
        assertThat(result.normalization()).isEqualTo(new Normalization(0.5, Math.sqrt(16 + 1e-8), true));
    }

    @Test
    void whatIsSeenIsCountedAsTheNextNormaliserNeedsIt() {
        Environment environment = new Scripted(".t.", "...");
        Actor.Result result =
                actor(environment).act(normalizing(environment), Shard.first(7, 3, environment), GAMMA, 3);

        assertThat(result.seen().observations())
                .isEqualTo(RunningMoments.of(new Observations.Floats(new float[] {0, 100, 1, 101, 2, 102}), 1));
        // G ← γ G + r, and nothing of the episode that ended.
        double second = GAMMA * 10 + 11;
        double third = GAMMA * second + 12;
        assertThat(result.seen().returns())
                .isEqualTo(RunningMoments.of(new double[] {0, 10, GAMMA * 0 + 1, second, 2, third}));
        assertThat(result.next().discountedReturns()).containsExactly(2, third);
    }

    @Test
    void discountedReturnsGoOnFromRolloutToRollout() {
        Environment environment = new Scripted("....t.", ".u....");
        Model model = normalizing(environment);
        Shard first = Shard.first(7, 3, environment);
        Actor.Result whole = actor(environment).act(model, first, GAMMA, 6);

        Actor actor = actor(environment);
        Actor.Result one = actor.act(model, first, GAMMA, 3);
        Actor.Result two = actor.act(model, one.next(), GAMMA, 3);

        assertThat(two.next()).usingRecursiveComparison().isEqualTo(whole.next());
        RunningMoments parts = one.seen().returns().plus(two.seen().returns());
        assertThat(parts.count()).isEqualTo(12);
        assertThat(parts.means()).containsExactly(whole.seen().returns().means(), within(1e-12));
        assertThat(parts.squares()).containsExactly(whole.seen().returns().squares(), within(1e-10));
    }

    @Test
    void whereNothingIsNormalisedNothingIsCounted() {
        Actor.Result result = act(3, "...", "...");

        assertThat(result.seen()).isEqualTo(Normalizer.NONE);
        assertThat(result.normalization()).isEqualTo(Normalization.NONE);
        assertThat(result.next().discountedReturns()).isEmpty();
    }
}
