package io.sparring.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md}: a short introduction by hand, then what stands beside the keys in the code. */
class ReferenceTest {
    private static final Path FILE = Path.of("..", "docs", "configuration.md");
    private static final String MARKER = "<!-- From here on written by ReferenceTest from Configuration.java. -->\n\n";
    private static final String COMMAND = "mvn -pl core test -Dtest=ReferenceTest -Dsparring.docs.write=true";

    @Test
    void theReferenceSaysWhatTheCodeSays() throws IOException {
        String text = Files.readString(FILE);
        assertThat(text).contains(MARKER);
        String introduction = text.substring(0, text.indexOf(MARKER) + MARKER.length());
        String expected = introduction + reference();
        if (Boolean.getBoolean("sparring.docs.write")) {
            Files.writeString(FILE, expected);
        }

        assertThat(Files.readString(FILE))
                .as("docs/configuration.md is out of date; write it anew with: %s", COMMAND)
                .isEqualTo(expected);
    }

    @Test
    void everyKeyHasAMeaningInOneRow() {
        String reference = reference();

        for (String key : ConfigurationFile.keys()) {
            assertThat(reference.lines().filter(line -> line.startsWith("| `" + key + "` |")))
                    .as(key)
                    .singleElement()
                    .asString()
                    .matches("\\| `[^`]+` \\| [^|]+ \\| [^|]+ \\| [^|]+\\. \\|");
        }
    }

    /** Every key with its default and description. */
    private static String reference() {
        StringBuilder text = new StringBuilder();
        table(text, "", Configuration.class);
        for (RecordComponent section : Configuration.class.getRecordComponents()) {
            if (section.getType().isRecord()) {
                text.append("\n## `").append(ConfigurationFile.key(section)).append("`\n\n");
                text.append(description(section)).append("\n\n");
                table(text, ConfigurationFile.key(section) + ".", section.getType());
            }
        }
        return text.toString();
    }

    private static void table(StringBuilder text, String prefix, Class<?> type) {
        text.append("| key | type | default | meaning |\n|---|---|---|---|\n");
        rows(text, prefix, type);
    }

    /** A section's keys; one within it has its own behind them, but the file's sections have tables of their own. */
    private static void rows(StringBuilder text, String prefix, Class<?> type) {
        for (RecordComponent component : ConfigurationFile.components(type)) {
            String key = prefix + ConfigurationFile.key(component);
            if (component.getType().isRecord()) {
                if (!prefix.isEmpty()) {
                    rows(text, key + ".", component.getType());
                }
                continue;
            }
            String byDefault = ConfigurationFile.defaultValue(type, component);
            text.append("| `").append(key).append("` | ");
            text.append(ConfigurationFile.expected(component.getType()).replaceFirst("^an? ", ""))
                    .append(" | ");
            text.append(byDefault == null ? "none" : "`" + byDefault + "`").append(" | ");
            text.append(description(component)).append(" |\n");
        }
    }

    private static String description(RecordComponent component) {
        JsonPropertyDescription description = component.getAccessor().getAnnotation(JsonPropertyDescription.class);
        return description == null ? "" : description.value();
    }
}
