package io.sparring.imitation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.RunningMoments;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeacherTest {
    private static final Observations SHOWN = new Observations.Floats(new float[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0});

    private static LoggedEpisode episode(boolean terminated) {
        return new LoggedEpisode(
                7, 0, SHOWN, new float[] {0, 1, 1}, new boolean[0], new double[] {1, 2, 3}, terminated);
    }

    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test", """
                environment: {id: CartPole-v1}
                network: {hidden: [5]}
                a2c: {gamma: 0.5}
                """, List.of(overrides));
    }

    private static Model model(Configuration configuration) {
        EnvironmentSource source = configuration.environment().resolve();
        return TrainingState.first(configuration, source).model();
    }

    private static Teacher teacher(Configuration configuration, Model model, Teacher.Spread advantages) {
        return new Teacher(configuration, configuration.environment().resolve().spec(), model, advantages);
    }

    private static double[] values(Model model) {
        Network network = new Network(model.architecture());
        network.setModel(model);
        network.forward(SHOWN, 0, 3);
        return new double[] {
            network.values().get(0, 0),
            network.values().get(0, 1),
            network.values().get(0, 2)
        };
    }

    @Test
    void theCriticLearnsTheDiscountedReturnWhereTheEpisodeEnded() {
        Configuration configuration = configuration();
        Lesson lesson = teacher(configuration, model(configuration), Teacher.Spread.NONE)
                .lesson(episode(true));

        assertThat(lesson.targets()).containsExactly(1 + 0.5f * (2 + 0.5f * 3), 2 + 0.5f * 3, 3);
        assertThat(lesson.weights()).isEmpty();
    }

    @Test
    void whereItWasCutTheCriticsGuessStandsForWhatCameAfter() {
        Configuration configuration = configuration();
        Model model = model(configuration);
        double last = values(model)[2];

        float[] targets = teacher(configuration, model, Teacher.Spread.NONE)
                .lesson(episode(false))
                .targets();

        assertThat(targets[2]).isCloseTo((float) last, within(1e-6f));
        assertThat(targets[0]).isCloseTo((float) (1 + 0.5 * (2 + 0.5 * last)), within(1e-6f));
    }

    @Test
    void lambdaMixesTheCriticsGuessWithWhatCame() {
        Configuration configuration = configuration("pretrain.critic=td-lambda", "pretrain.lambda=0.25");
        Model model = model(configuration);
        double[] values = values(model);
        double second = 2 + 0.5 * (0.75 * values[2] + 0.25 * 3);

        float[] targets = teacher(configuration, model, Teacher.Spread.NONE)
                .lesson(episode(true))
                .targets();

        assertThat(targets[1]).isCloseTo((float) second, within(1e-6f));
        assertThat(targets[0]).isCloseTo((float) (1 + 0.5 * (0.75 * values[1] + 0.25 * second)), within(1e-6f));
    }

    @Test
    void anActionCountsByItsStandardisedAdvantageUpToTheLargestWeight() {
        Configuration configuration = configuration(
                "pretrain.method=advantage-weighted", "pretrain.temperature=2", "pretrain.max-weight=1.5");
        Model model = model(configuration);
        double[] values = values(model);

        Lesson lesson =
                teacher(configuration, model, new Teacher.Spread(2, 0.5)).lesson(episode(true));

        for (int t = 0; t < 3; t++) {
            double advantage = (lesson.targets()[t] - values[t] - 2) / 0.5;
            assertThat(lesson.weights()[t]).isCloseTo((float) Math.min(1.5, Math.exp(advantage / 2)), within(1e-5f));
        }
        assertThat(lesson.weights()).contains(1.5f);
    }

    @Test
    void aScoreAddsUpWhateverThePartsAre() {
        Configuration configuration = configuration();
        Model model = model(configuration);
        Teacher teacher = teacher(configuration, model, Teacher.Spread.NONE);

        Score one = teacher.score(episode(true));
        Score both = Score.NONE.plus(one).plus(one);

        assertThat(one.rows()).isEqualTo(3);
        // Its first policy hardly prefers anything.
        assertThat(one.meanPolicyLoss()).isCloseTo(Math.log(2), within(0.05));
        assertThat(both.meanPolicyLoss()).isCloseTo(one.meanPolicyLoss(), within(1e-12));
        assertThat(both.explainedVariance()).isCloseTo(one.explainedVariance(), within(1e-9));
        assertThat(both.accuracy()).isBetween(0.0, 1.0);
    }

    @Test
    void whatAMaskForbidsHasNoPartInTheLoss() {
        Configuration configuration = configuration();
        LoggedEpisode forced = new LoggedEpisode(
                7,
                0,
                SHOWN,
                new float[] {0, 1, 1},
                new boolean[] {true, false, false, true, false, true},
                new double[] {1, 2, 3},
                true);

        assertThat(teacher(configuration, model(configuration), Teacher.Spread.NONE)
                        .score(forced)
                        .meanPolicyLoss())
                .isZero();
    }

    @Test
    void theNormaliserSeesTheObservationsAndTheReturnsThatGrow() {
        Configuration configuration = configuration("normalize={observations: true, rewards: true}");
        Normalizer seen = teacher(configuration, model(configuration), Teacher.Spread.NONE)
                .seen(episode(true));

        assertThat(seen.observations().count()).isEqualTo(3);
        assertThat(seen.observations().means()[0]).isCloseTo(1.0 / 3, within(1e-6));
        // 1, 2 + 1/2, 3 + 5/4
        assertThat(seen.returns()).isEqualTo(RunningMoments.of(new double[] {1, 2.5, 4.25}));
    }

    @Test
    void theDeviationOfNumbersIsThatOfTheirDistancesFromTheMeansAndNeverTooSmallToExplore() {
        Configuration configuration =
                ConfigurationFile.parse("test", "environment: {id: Pendulum-v1}\nnetwork: {hidden: [5]}", List.of());
        Model model = model(configuration);
        LoggedEpisode wide = new LoggedEpisode(
                1,
                0,
                new Observations.Floats(new float[6]),
                new float[] {2, -2},
                new boolean[0],
                new double[] {0, 0},
                true);
        Teacher teacher = teacher(configuration, model, Teacher.Spread.NONE);
        Score score = teacher.score(wide);

        float[] parameters = Teacher.withDeviations(
                model,
                configuration
                        .network()
                        .distribution(configuration.environment().resolve().spec()),
                score);

        assertThat(score.accuracy()).isNaN();
        assertThat(parameters[parameters.length - 1]).isCloseTo((float) Math.log(2), within(1e-3f));
        Score exact = new Score(1, 1, 0, 0, new double[] {0}, 0, 0, 0, 0);
        assertThat(Teacher.withDeviations(
                        model,
                        configuration
                                .network()
                                .distribution(
                                        configuration.environment().resolve().spec()),
                        exact))
                .endsWith((float) Math.log(0.05));
    }

    @Test
    void rowsOfSeveralLessonsMakeOne() {
        Configuration configuration = configuration();
        Lesson lesson = teacher(configuration, model(configuration), Teacher.Spread.NONE)
                .lesson(episode(true));

        Lesson picked = Lesson.of(List.of(lesson, lesson), List.of(new Lesson.Pick(1, 2), new Lesson.Pick(0, 0)));

        assertThat(picked.rows()).isEqualTo(2);
        assertThat(picked.actions()).containsExactly(1, 0);
        assertThat(picked.observations().toFloats()).containsExactly(0, 0, 1, 0, 1, 0, 0, 0);
        assertThat(picked.targets()).containsExactly(3, lesson.targets()[0]);
    }
}
