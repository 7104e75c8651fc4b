package io.sparring.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.python.PythonEnvironment;
import io.sparring.rollout.Episode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/export.md shows, by the very lines that stand there. */
class ExportDocumentationTest {
    @Test
    void thePagesLoopPlaysAnOnnxFileAsWellAsAnEvaluation(@TempDir Path folder) throws Exception {
        PythonEnvironment python = PythonEnvironment.orSkip();
        Configuration configuration = ConfigurationFile.parse(
                "cartpole-ppo", Files.readString(Path.of("../conf/cartpole-ppo.yaml")), List.of());
        EnvironmentSpec environment = configuration.environment().resolve().spec();
        Training training = Training.of(configuration);
        TrainingState learned = training.run().state();
        double evaluated = training.evaluate(learned, 20, true).stream()
                .mapToDouble(Episode::totalReward)
                .average()
                .orElseThrow();
        Files.write(
                folder.resolve("policy.onnx"),
                PolicyFormat.ONNX.file(new ExportedPolicy(
                        learned.model(), environment, configuration.network().distribution(environment))));
        Files.writeString(folder.resolve("play.py"), python("../docs/export.md"));

        Process played = new ProcessBuilder(python.interpreter().toString(), "play.py")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(played.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(played.waitFor()).as(said).isZero();
        assertThat(evaluated).isGreaterThan(450);
        assertThat(Double.parseDouble(said)).isCloseTo(evaluated, within(40.0));
    }

    /** The page's only block of it. */
    private static String python(String page) throws IOException {
        Matcher block = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of(page)));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}
