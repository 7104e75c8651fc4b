package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.loss.Sums;
import io.sparring.rollout.Normalization;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class SymptomsTest {
    private static final Configuration CONFIGURATION = ConfigurationFile.parse(
            "test",
            "environment: {id: CartPole-v1}\nbudget: {env-steps: 400000}\na2c: {value-weight: 0.1, max-gradient-norm: 0.5, entropy-weight: 0.02}",
            List.of());

    private static Round round(
            double meanReturn, double entropy, double explainedVariance, double gradientNorm, int truncated) {
        Measures measures = new Measures(Double.NaN, Double.NaN, 1, 1, 1, 1, 200, truncated, 4, Double.NaN);
        return new Round(
                1,
                1,
                1,
                meanReturn,
                0,
                0,
                entropy,
                explainedVariance,
                gradientNorm,
                1e-3,
                0,
                1,
                1,
                List.of(ShardStatistics.of(0, Sums.NONE, true, 1024, 0)),
                null,
                measures);
    }

    private static List<String> said(int rounds, IntFunction<Round> course) {
        Symptoms symptoms = new Symptoms(CONFIGURATION, false);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            lines.addAll(symptoms.after(course.apply(i)));
        }
        return lines;
    }

    @Test
    void nothingIsSaidOfEntropyAndEpisodesWhereTheFirstOnesWereNotSeen() {
        Symptoms symptoms = new Symptoms(CONFIGURATION, true);
        for (int i = 0; i < 200; i++) {
            assertThat(symptoms.after(round(500, i == 0 ? 0.69 : 0.01, 0.5, 1, 4)))
                    .isEmpty();
        }
    }

    @Test
    void aCriticWithNothingToExplainIsLeftInPeace() {
        assertThat(said(200, i -> round(20, 0.6, Double.NEGATIVE_INFINITY, 1, 0)))
                .isEmpty();
        Measures same = new Measures(Double.NaN, Double.NaN, 1, 1, 100, 0.01, 200, 0, 4, Double.NaN);
        Symptoms symptoms = new Symptoms(CONFIGURATION, false);
        for (int i = 0; i < 200; i++) {
            Round round = round(20, 0.6, 0.0, 1, 0);
            assertThat(symptoms.after(
                            new Round(1, 1, 1, 20, 0, 0, 0.6, 0.0, 1, 1e-3, 0, 1, 1, round.statistics(), null, same)))
                    .isEmpty();
        }
    }

    @Test
    void aRunThatLearnsIsLeftInPeace() {
        assertThat(said(500, i -> round(20 + i, 0.69 / (1 + i), Math.min(0.9, 0.02 * i), 2, 3)))
                .isEmpty();
    }

    @Test
    void aCriticThatLearnsNothingIsNamedOnceAfterFiftyRounds() {
        assertThat(said(49, i -> round(20 + i, 0.6, 0.06, 1, 0))).isEmpty();
        assertThat(said(200, i -> round(20 + i, 0.6, 0.06, 1, 0)))
                .singleElement()
                .asString()
                .startsWith("the critic has learned nothing for 50 rounds: it explains 6 % of")
                .contains("a2c.value-weight (0.1)", "optimizer.learning-rate");
        assertThat(said(200, i -> round(20 + i, 0.6, i % 40 == 0 ? 0.5 : 0.06, 1, 0)))
                .as("now and then it does")
                .isEmpty();
    }

    @Test
    void gradientsThatAreAllClippedToLessThanATenthAreNamed() {
        assertThat(said(200, i -> round(20 + i, 0.6, 0.5, 19, 0)))
                .singleElement()
                .asString()
                .startsWith(
                        "every gradient of the last 50 rounds was clipped, to less than a tenth in the mean (the last from 19.0 to 0.5)")
                .contains("a2c.max-gradient-norm");
        assertThat(said(200, i -> round(20 + i, 0.6, 0.5, 4.9, 0))).isEmpty();
    }

    @Test
    void aPolicyThatStopsExploringBeforeItsReturnRoseIsNamed() {
        assertThat(said(200, i -> round(-200, 0.69 / (1 + i), 0.5, 1, 0)))
                .singleElement()
                .asString()
                .startsWith("the policy has stopped exploring before its return rose")
                .contains("a2c.entropy-weight (0.02)");
    }

    @Test
    void episodesThatATimeLimitCutsAreNamedWhereTheReturnDoesNotRise() {
        assertThat(said(200, i -> round(-200, 0.6, 0.5, 1, 4)))
                .singleElement()
                .asString()
                .startsWith("most episodes are cut by a time limit (200 of 200, of 200 steps in the last round)")
                .contains("a2c.gamma (0.99)");
        assertThat(said(200, i -> round(-200 + i, 0.6, 0.5, 1, 4))).hasSize(1);
        assertThat(said(200, i -> round(20 + i, 0.6, 0.5, 1, 4)))
                .as("CartPole that is held up")
                .isEmpty();
    }

    private static Round clipped(double share) {
        Round round = round(20, 0.6, 0.5, 1, 0);
        ShardStatistics nothing = ShardStatistics.of(0, Sums.NONE, true, 1024, 0);
        ShardStatistics shard = new ShardStatistics(
                0,
                true,
                nothing.losses(),
                nothing.advantages(),
                nothing.returns(),
                nothing.residuals(),
                List.of(),
                new Normalization(share, 1, true),
                0,
                0,
                0,
                nothing.disturbances(),
                nothing.steps(),
                0,
                List.of());
        return new Round(1, 1, 1, 20, 0, 0, 0.6, 0.5, 1, 1e-3, 0, 1, 1, List.of(shard), null, round.measures());
    }

    @Test
    void observationsThatAreOftenClippedAreNamed() {
        assertThat(said(200, i -> clipped(0.2)))
                .singleElement()
                .asString()
                .startsWith("of the observed numbers 20 % were clipped in the last round")
                .contains("normalize.observations");
        assertThat(said(200, i -> clipped(i % 40 == 0 ? 0 : 0.2))).isEmpty();
        assertThat(said(200, i -> clipped(0.005))).isEmpty();
    }
}
