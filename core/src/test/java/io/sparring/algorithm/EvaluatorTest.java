package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.python.PythonEnvironment;
import io.sparring.random.Streams;
import io.sparring.rollout.Episode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static Configuration configuration(String wrappers, String evaluation) {
        return ConfigurationFile.parse(
                "test",
                "environment: {id: CartPole-v1, wrappers: " + wrappers + "}\nevaluation: " + evaluation,
                List.of());
    }

    private static List<Episode> episodes(String wrappers, String evaluation) {
        Configuration configuration = configuration(wrappers, evaluation);
        EnvironmentSource source = configuration.environment().resolve();
        Architecture architecture = ShardWorker.architecture(configuration, source.spec());
        Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
        return new Evaluator(configuration, source).play(model, 1, 0, 8, false);
    }

    @Test
    void evaluationsMayHaveWrappersAndOptionsOfTheirOwn() {
        String limited = "[{time-limit: {steps: 5}}]";

        assertThat(episodes(limited, "{}")).hasSize(8).allMatch(episode -> episode.length() == 5);
        assertThat(episodes(limited, "{wrappers: []}")).isEqualTo(episodes("[]", "{}"));
        assertThat(episodes("[]", "{options: {max-episode-steps: 7}}")).allMatch(episode -> episode.length() == 7);
    }

    @Test
    void thoseOfAPythonEnvironmentAreFoundWhereItIsMade() {
        Configuration configuration = ConfigurationFile.parse("test", """
                environment: {id: "gymnasium-vec:ALE/Pong-v5", options: {episodic_life: true, stack_num: 2}}
                evaluation: {options: {episodic_life: false, reward_clipping: false}}
                """, List.of());
        EnvironmentSource run = configuration("[]", "{}").environment().resolve();

        assertThat(configuration.evaluationSource(run).spec().options())
                .isEqualTo(Map.of("episodic_life", false, "stack_num", 2L, "reward_clipping", false));
    }

    @Test
    void aPythonEnvironmentThatDoesNotFitTheRunIsFoundBeforeItStarts() {
        Configuration configuration = ConfigurationFile.parse(
                "test", """
                environment: {id: "gymnasium:CartPole-v1", python: "%s"}
                evaluation: {wrappers: [{FrameStackObservation: {stack_size: 2}}]}
                """.formatted(PythonEnvironment.orSkip().interpreter()), List.of());
        EnvironmentSource run = configuration.environment().resolve();

        assertThatThrownBy(() -> configuration.requireEvaluation(run))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("evaluation: expected options and wrappers whose environment observes [4] float32, acts in"
                        + " Discrete[n=2], as the run's, got one that observes [2, 4] float32, acts in Discrete[n=2]");
    }

    @Test
    void whatDoesNotFitTheRunIsRefused() {
        assertThatThrownBy(() -> episodes("[{frame-stack: {frames: 2}}]", "{wrappers: []}"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "evaluation: expected options and wrappers whose environment observes [2, 4] float32, acts in"
                                + " Discrete[n=2], as the run's, got one that observes [4] float32, acts in Discrete[n=2]");
        assertThatThrownBy(() -> episodes("[]", "{options: {max-episode-step: 7}}"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("evaluation.options.max-episode-step")
                .hasMessageContaining("max-episode-steps");
        assertThatThrownBy(() -> configuration("[]", "{wrappers: [7]}"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("evaluation.wrappers: expected a wrapper's name or {name: {argument: value}}");
    }
}
