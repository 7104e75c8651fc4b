package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoundDescriptionTest {
    @Test
    void aRoundIsDescribedByWhatWasDoneBeforeIt() {
        assertThat(new RoundDescription(811, 1_572_864, List.of(362.0, 500.0)).next())
                .isEqualTo("round 812 · 1.6M steps · return 431");
        assertThat(new RoundDescription(14, 57_344, List.of()).next()).isEqualTo("round 15 · 57k steps");
        assertThat(new RoundDescription(0, 0, List.of()).next()).isEqualTo("round 1");
    }

    @Test
    void roundsAreCountedOverTheWholeRun() {
        RoundDescription resumed = new RoundDescription(7, 57_344, List.of());
        assertThat(resumed.name()).isEqualTo("round 8");
        resumed.ended(List.of());
        assertThat(resumed.name()).isEqualTo("round 9");
        assertThat(resumed.last()).isEqualTo("round 8");
    }
}
