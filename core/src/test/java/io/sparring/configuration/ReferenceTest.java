package io.sparring.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
        String expected = introduction + ConfigurationFile.reference();
        if (Boolean.getBoolean("sparring.docs.write")) {
            Files.writeString(FILE, expected);
        }

        assertThat(Files.readString(FILE))
                .as("docs/configuration.md is out of date; write it anew with: %s", COMMAND)
                .isEqualTo(expected);
    }

    @Test
    void everyKeyHasAMeaningInOneRow() {
        String reference = ConfigurationFile.reference();

        for (String key : ConfigurationFile.keys()) {
            assertThat(reference.lines().filter(line -> line.startsWith("| `" + key + "` |")))
                    .as(key)
                    .singleElement()
                    .asString()
                    .matches("\\| `[^`]+` \\| [^|]+ \\| [^|]+ \\| [^|]+\\. \\|");
        }
    }
}
