package io.sparring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentsTest {
    @Test
    void theNamesAreSorted() {
        assertThat(Environments.ids()).isSorted().contains("CartPole-v1", "Identity-Discrete-v0", "Identity-Box-v0");
    }

    @ParameterizedTest
    @MethodSource("io.sparring.environment.Environments#ids")
    void everyNameMakesAnEnvironmentOfSoManyCopies(String id) {
        try (Environment environment = Environments.create(id, 7)) {
            assertThat(environment.copies()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v0, CartPole-v1", "cartpole-v1, CartPole-v1", "Identity-box, Identity-Box-v0"})
    void anUnknownNameIsAnsweredWithTheNearest(String mistyped, String meant) {
        assertThatThrownBy(() -> Environments.create(mistyped, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no environment " + mistyped + " (did you mean " + meant + "?)");
    }

    @Test
    void aNameThatIsNearToNothingIsAnsweredWithoutAGuess() {
        assertThatThrownBy(() -> Environments.create("Go", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no environment Go");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void thereIsNoEnvironmentWithoutACopy(int copies) {
        assertThatThrownBy(() -> Environments.create("CartPole-v1", copies))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an environment has at least 1 copy, not " + copies);
    }
}
