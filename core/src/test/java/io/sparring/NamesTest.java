package io.sparring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    private static final List<String> KEYS = List.of("gamma", "gae-lambda", "shards", "rollout-length");

    @ParameterizedTest
    @CsvSource({
        "gama, gamma",
        "Gamma, gamma",
        "GAMMA, gamma",
        "gmama, gamma",
        "gae_lambda, gae-lambda",
        "shard, shards",
        "rolloutLength, rollout-length",
    })
    void aMistypedNameIsTakenForTheNearestOne(String typed, String meant) {
        assertThat(Names.nearest(typed, KEYS)).contains(meant);
        assertThat(Names.hint(typed, KEYS)).isEqualTo(" (did you mean " + meant + "?)");
    }

    @Test
    void aNameThatIsFarFromAllIsTakenForNone() {
        assertThat(Names.nearest("temperature", KEYS)).isEmpty();
        assertThat(Names.hint("temperature", KEYS)).isEmpty();
        assertThat(Names.nearest("gamma", List.of())).isEmpty();
    }

    @Test
    void ofEquallyNearNamesTheFirstInTheAlphabetIsMeantWhateverTheOrder() {
        assertThat(Names.nearest("tan", List.of("tab", "tar"))).contains("tab");
        assertThat(Names.nearest("tan", List.of("tar", "tab"))).contains("tab");
    }

    @Property(tries = 200)
    void aKnownNameIsItself(@ForAll @NotEmpty List<@AlphaChars @StringLength(min = 1, max = 12) String> known) {
        for (String name : known) {
            assertThat(Names.nearest(name, known))
                    .hasValueSatisfying(near -> assertThat(near).isEqualToIgnoringCase(name));
        }
    }
}
