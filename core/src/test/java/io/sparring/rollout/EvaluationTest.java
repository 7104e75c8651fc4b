package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.network.Trunk;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
    /** Logits 0 and 1 for every observation. */
    private static final float[] MOSTLY_ONE = {0, 0, 0, 1, 0, 0};

    private static Architecture architecture(Environment environment, List<Integer> hidden) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return new Architecture(
                Architecture.Kind.SEPARATE,
                hidden,
                Activation.TANH,
                environment.observationSpace().size(),
                distribution.outputs(),
                distribution.freeParameters());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withMemoryTooAnEpisodeIsTheSameWhateverIsPlayedBesideIt(boolean greedy) {
        Environment ten = Environments.create("CartPole-v1", 10);
        Architecture architecture = new Architecture(
                Architecture.Kind.SEPARATE,
                Trunk.dense(4, List.of(8), Activation.TANH),
                new Memory(Memory.Kind.LSTM, 4),
                2,
                0);
        Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
        ActionDistribution distribution = ActionDistribution.of(ten.actionSpace());
        List<Episode> apart = new ArrayList<>();
        for (int first = 0; first < 10; first++) {
            apart.addAll(List.of(
                    Evaluation.play(Environments.create("CartPole-v1", 1), distribution, model, 7, 3, first, greedy)));
        }

        assertThat(List.of(Evaluation.play(ten, distribution, model, 7, 3, 0, greedy)))
                .isEqualTo(apart);
    }

    private static List<Episode> play(
            Environment environment, List<Integer> hidden, float[] parameters, long index, int first, boolean greedy) {
        return List.of(Evaluation.play(
                environment,
                ActionDistribution.of(environment.actionSpace()),
                new Model(architecture(environment, hidden), parameters),
                7,
                index,
                first,
                greedy));
    }

    /** A network that knows nothing: episodes of CartPole that end early and differ. */
    private static List<Episode> cartPole(long index, int first, int episodes, boolean greedy) {
        Environment environment = Environments.create("CartPole-v1", episodes);
        float[] parameters = architecture(environment, List.of(8)).initialParameters(Streams.of(1));
        return play(environment, List.of(8), parameters, index, first, greedy);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, false", "3, true", "5, false", "9, true", "9, false"})
    void anEpisodeIsTheSameWhateverIsPlayedBesideIt(int batch, boolean greedy) {
        List<Episode> together = cartPole(1000, 0, 10, greedy);
        List<Episode> apart = new ArrayList<>();
        for (int first = 0; first < 10; first += batch) {
            apart.addAll(cartPole(1000, first, Math.min(batch, 10 - first), greedy));
        }

        assertThat(apart).isEqualTo(together);
        assertThat(together).hasSize(10);
        assertThat(Set.copyOf(together)).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherEvaluationPlaysOtherEpisodes(boolean greedy) {
        assertThat(cartPole(2000, 0, 10, greedy)).isNotEqualTo(cartPole(1000, 0, 10, greedy));
    }

    @Test
    void onlyTheFirstEpisodeOfEachCopyCounts() {
        assertThat(play(new Scripted(".t", "....u", "b"), List.of(), MOSTLY_ONE, 0, 0, true))
                .containsExactly(new Episode(0 + 1, 2), new Episode(10 + 11 + 12 + 13 + 14, 5), new Episode(20, 1));
    }

    /** Identity earns 1 for naming what is shown, in each of 100 steps. */
    @Test
    void greedyTakesTheLikeliestActionAndSampledDrawsFromThePolicy() {
        Environment environment = Environments.create("Identity-Discrete-v0", 20);
        // 4×4 weights of the policy head: twice the identity matrix, so that the right action has probability e²/(e² +
        // 3) = 0.71.
        float[] parameters = new float[25];
        for (int i = 0; i < 4; i++) {
            parameters[5 * i] = 2;
        }

        assertThat(play(environment, List.of(), parameters, 0, 0, true)).containsOnly(new Episode(100, 100));
        assertThat(play(environment, List.of(), parameters, 0, 0, false).stream()
                        .mapToDouble(Episode::totalReward)
                        .average()
                        .orElseThrow())
                .isBetween(66.0, 76.0);
    }

    @Test
    void theLikeliestOfWhatIsAllowedIsPlayed() {
        Environment environment = Environments.create("Identity-Masked-v0", 20);
        // No hidden layer: the right action's logit is 1, all others are 0, and the first two, where they are allowed,
        // 2.
        float[] parameters = new float[16 * 16 + 16 + 16 + 1];
        for (int i = 0; i < 16; i++) {
            parameters[17 * i] = 1;
        }
        parameters[256] = 2;
        parameters[257] = 2;

        // Neither of the two is allowed beside another target (13 · 12 · 11)/(15 · 14 · 13) of the time.
        assertThat(play(environment, List.of(), parameters, 0, 0, true).stream()
                        .mapToDouble(Episode::totalReward)
                        .average()
                        .orElseThrow())
                .isBetween(62.0, 70.0);
    }

    /** Four times as large, by a normaliser or by the weights of the first layer: powers of two leave no rounding. */
    @Test
    void aModelIsPlayedWithItsNormaliserAsItStands() {
        Environment environment = Environments.create("CartPole-v1", 10);
        Architecture architecture = architecture(environment, List.of(8));
        float[] parameters = architecture.initialParameters(Streams.of(1));
        double[] squares = new double[4];
        Arrays.fill(squares, 1.0 / 16 - 1e-8);
        Model normalizing = new Model(
                architecture,
                parameters,
                new Normalizer(new RunningMoments(1, new double[4], squares), RunningMoments.none(0)));
        float[] enlarged = parameters.clone();
        for (int i = 0; i < 4 * 8; i++) {
            enlarged[i] *= 4;
        }

        Episode[] normalized = Evaluation.play(
                environment, ActionDistribution.of(environment.actionSpace()), normalizing, 7, 1, 0, true);

        assertThat(List.of(normalized))
                .isEqualTo(play(environment, List.of(8), enlarged, 1, 0, true))
                .isNotEqualTo(play(environment, List.of(8), parameters, 1, 0, true));
        float[] shown = {0.1f, -1, 0.05f, 1};
        Policy policy = new Policy(normalizing, environment.actionSpace());
        Policy other = new Policy(new Model(architecture, enlarged), environment.actionSpace());
        for (int i = 0; i < 20; i++) {
            shown[i % 4] *= -0.7f;
            assertThat(policy.act(shown)).isEqualTo(other.act(shown));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCopyThatMayDoNothingIsNamedWithItsStep(boolean greedy) {
        assertThatThrownBy(() -> play(new ActorTest.Stuck(), List.of(), MOSTLY_ONE, 0, 40, greedy))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("copy 1 of an evaluation from episode 40 on has no allowed action at step 3");
    }
}
