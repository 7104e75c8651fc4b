package io.sparring.spark.session;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Commands of Sparring that the user can enter where he reads them. */
public final class TypedCommand {
    /** What the script was called as; here for a driver on the cluster, whose output is read where it was asked for. */
    public static final String SETTING = "spark.sparring.command";

    private TypedCommand() {}

    /** What the user has typed for the script. */
    public static String script() {
        String here = System.getenv("SPARRING_COMMAND");
        return here != null ? here : System.getProperty(SETTING, "sparring");
    }

    /** The script with these words, as a shell takes them. */
    public static String of(String... words) {
        return quoted(script()) + " " + quoted(words);
    }

    /** Words as a shell takes them. */
    public static String quoted(String... words) {
        return Arrays.stream(words)
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }
}
