package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedCommandTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"runs/x", "hdfs://host:8020/runs/x=1", "my run", "it's", "$HOME `id` \"!*\\", "Läufe", "a\nb"})
    void aShellTakesWordsAsTheyWere(String word) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "printf '%s|' " + TypedCommand.quoted("a", word, "b")).start();

        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("a|" + word + "|b|");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs/x", "hdfs://host:8020/runs/x=1"})
    void ordinaryNamesAreShownAsTheyAre(String word) {
        assertThat(TypedCommand.quoted(word)).isEqualTo(word);
    }
}
