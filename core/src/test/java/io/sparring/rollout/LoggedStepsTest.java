package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.Environments;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.policy.ActionDistribution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What an evaluation writes down of its steps. */
class LoggedStepsTest {
    private static final int EPISODES = 5;

    /** @param observation a copy */
    private record Row(
            long episode, int t, List<Float> observation, float action, float reward, boolean ended, double value) {}

    private final EnvironmentSource source = Environments.resolve("CartPole-v1", Map.of());
    private final ActionDistribution distribution =
            ActionDistribution.of(source.spec().actionSpace());
    private final Model model = model();

    private Model model() {
        Architecture architecture =
                new Architecture(Architecture.Kind.SEPARATE, List.of(8), Activation.TANH, 4, distribution.outputs(), 0);
        Random random = new Random(2);
        float[] parameters = new float[architecture.parameterCount()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) random.nextGaussian();
        }
        return new Model(architecture, parameters);
    }

    private Episode[] play(int first, int episodes, boolean greedy, List<Row> rows) {
        try (Environment environment = source.create(episodes)) {
            return Evaluation.play(
                    environment,
                    distribution,
                    model,
                    7,
                    -1,
                    first,
                    greedy,
                    (steps, over) -> {},
                    rows == null ? null : step -> rows.add(row(step)));
        }
    }

    private static Row row(LoggedStep step) {
        List<Float> observation = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            observation.add(step.observations().get(step.observationAt() + i));
        }
        assertThat(step.logProbability()).isLessThanOrEqualTo(0);
        return new Row(
                step.episode(),
                step.t(),
                observation,
                step.actions()[step.actionAt()],
                step.reward(),
                step.terminated() || step.truncated(),
                step.value());
    }

    @Test
    void episodesAreWhatIsPlayedWithoutItFromTheFirstStepToTheLast() {
        List<Row> rows = new ArrayList<>();

        Episode[] played = play(3, EPISODES, false, rows);

        assertThat(played).containsExactly(play(3, EPISODES, false, null));
        Map<Long, List<Row>> episodes = new TreeMap<>();
        rows.forEach(row -> episodes.computeIfAbsent(row.episode(), episode -> new ArrayList<>())
                .add(row));
        assertThat(episodes.keySet()).containsExactly(3L, 4L, 5L, 6L, 7L);
        episodes.forEach((episode, steps) -> {
            Episode expected = played[(int) (episode - 3)];
            assertThat(steps).extracting(Row::t).isSorted().hasSize(expected.length());
            assertThat(steps.stream().mapToDouble(Row::reward).sum()).isEqualTo(expected.totalReward());
            assertThat(steps).filteredOn(Row::ended).containsExactly(steps.get(steps.size() - 1));
        });
    }

    @Test
    void anObservationIsTheOneThatWasActedOn() {
        List<Row> rows = new ArrayList<>();
        play(0, EPISODES, true, rows);
        Policy policy = new Policy(model, source.spec().actionSpace());

        for (Row row : rows) {
            float[] observation = new float[4];
            for (int i = 0; i < 4; i++) {
                observation[i] = row.observation().get(i);
            }
            assertThat(policy.act(observation)).containsExactly(row.action());
        }
    }

    @Test
    void episodesAreTheSameWhoeverPlaysThem() {
        List<Row> together = new ArrayList<>();
        List<Row> apart = new ArrayList<>();
        play(0, 4, false, together);
        play(0, 1, false, apart);
        play(1, 3, false, apart);

        assertThat(apart).containsExactlyInAnyOrderElementsOf(together);
        assertThat(Arrays.asList(0L, 1L, 2L, 3L))
                .containsExactlyInAnyOrderElementsOf(
                        apart.stream().map(Row::episode).distinct().toList());
    }
}
