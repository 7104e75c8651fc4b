package io.sparring.python;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class PythonEnvironmentTest {
    private static final String NO_PYTHON = "no-such-python";

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRequirements() throws IOException {
        Files.writeString(folder.resolve("requirements.txt"), "");
    }

    @Test
    void withoutPythonATestIsSkippedAndSaysWhy() {
        assertThatThrownBy(() -> PythonEnvironment.orSkip(NO_PYTHON, folder, folder.resolve("python"), false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("No Python environment for this test")
                .hasMessageContaining(NO_PYTHON);
    }

    @Test
    void withoutPythonATestFailsInContinuousIntegration() {
        assertThatThrownBy(() -> PythonEnvironment.orSkip(NO_PYTHON, folder, folder.resolve("python"), true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(NO_PYTHON);
    }
}
