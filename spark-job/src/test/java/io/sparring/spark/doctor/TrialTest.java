package io.sparring.spark.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrialTest {
    @Test
    void theFirstFailureStaysSinceOnlyTheFirstAttemptIsToldWhatItsClassesLack() {
        Trial trial = new Trial() {
            private boolean loaded;

            @Override
            String attempt() {
                Error e = loaded
                        ? new NoClassDefFoundError("Could not initialize class Native")
                        : new ExceptionInInitializerError(new UnsatisfiedLinkError("libstdc++.so.6: cannot open"));
                loaded = true;
                throw e;
            }
        };
        assertThat(trial.failure()).isEqualTo("java.lang.UnsatisfiedLinkError: libstdc++.so.6: cannot open");
        assertThat(trial.failure()).isEqualTo(trial.failure()).doesNotContain("initialize");
    }
}
