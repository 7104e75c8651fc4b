package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        assertThat(rollout.observations()).containsExactly(0, 100, 1, 101, 2, 102);
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
        assertThat(shard.observations()).containsExactly(6, 106);
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

        assertThat(join(half.rollout().observations(), rest.rollout().observations()))
                .isEqualTo(whole.rollout().observations());
        assertThat(join(half.rollout().actions(), rest.rollout().actions()))
                .isEqualTo(whole.rollout().actions());
        List<Episode> episodes = new ArrayList<>(half.episodes());
        episodes.addAll(rest.episodes());
        assertThat(episodes).isEqualTo(whole.episodes()).hasSizeGreaterThan(3);
        assertThat(rest.next()).usingRecursiveComparison().isEqualTo(whole.next());
    }

    private static float[] join(float[] a, float[] b) {
        float[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
