package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerSpecTest {
    private static void refused(Object section, String message) {
        assertThatThrownBy(() -> SchedulerSpec.of(section))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "successive-halving", "asha", "hyperband", "median", "pbt"})
    void aNameAloneIsEnough(String kind) {
        SchedulerSpec spec = SchedulerSpec.of(kind);

        assertThat(spec).isEqualTo(SchedulerSpec.of(Map.of("kind", kind)));
        assertThat(spec.create(4, 100, 0).next()).isInstanceOf(Decision.Start.class);
        assertThat(spec.create(1, 1, 0).next()).isEqualTo(new Decision.Start(0, Scheduler.END));
        assertThat(spec.create(0, 100, 0).next()).isEqualTo(new Decision.Done());
    }

    @Test
    void withoutASchedulerThereIsNone() {
        assertThat(SchedulerSpec.of(null).kind()).isEqualTo("none");
    }

    @Test
    void ashaBeginsAtATwentySeventhOfTheBudgetWhereItIsNotSaid() {
        assertThat(SchedulerSpec.of("asha").create(9, 270, 0).next()).isEqualTo(new Decision.Start(0, 10));
        assertThat(SchedulerSpec.of(Map.of("kind", "asha", "first-rung-rounds", 7L))
                        .create(9, 270, 0)
                        .next())
                .isEqualTo(new Decision.Start(0, 7));
    }

    @Test
    void aMistypedNameIsAnsweredWithTheNearest() {
        refused(
                "ahsa",
                "scheduler.kind: expected one of [none, successive-halving, asha, hyperband, median, pbt]"
                        + " (did you mean asha?), got ahsa");
        refused(
                Map.of("kind", "asha", "first-rung-round", 10),
                "scheduler.first-rung-round: unknown key, expected one of [eta, first-rung-rounds, variant]"
                        + " (did you mean first-rung-rounds?)");
        refused(
                Map.of("kind", "asha", "variant", "stoping"),
                "scheduler.variant: expected one of [promotion, stopping] (did you mean stopping?), got stoping");
        refused(Map.of("kind", "none", "eta", 3), "scheduler.eta: unknown key, there are none here");
    }

    @Test
    void aNumberThatMakesNoRungsIsRefused() {
        refused(Map.of("kind", "asha", "eta", 1), "scheduler.eta: expected a whole number of at least 2, got 1");
        refused(Map.of("kind", "asha", "eta", 2.5), "scheduler.eta: expected a whole number of at least 2, got 2.5");
        refused(
                Map.of("kind", "hyperband", "eta", 1L << 40),
                "scheduler.eta: expected a whole number of at most 2147483647, got 1099511627776");
        refused(
                Map.of("kind", "asha", "first-rung-rounds", 0),
                "scheduler.first-rung-rounds: expected a whole number of at least 1, got 0");
        refused(
                Map.of("kind", "median", "grace", "five"),
                "scheduler.grace: expected a whole number of at least 1, got five");
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("kind", "pbt");
        nothing.put("every-rounds", null);
        refused(nothing, "scheduler.every-rounds: expected a whole number of at least 1, got nothing");
    }

    @Test
    void aSectionWithoutAKindIsRefused() {
        refused(Map.of("eta", 3), "scheduler: expected a scheduler's name or {kind: asha, …}, got {eta=3}");
    }
}
