package io.sparring.spark.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jline.utils.Signals;

/** How wide the user's terminal is, now. */
final class TerminalWidth {
    private static final int UNKNOWN = 80;

    private volatile int columns = look();

    /** Looks again when the terminal says that it has another size. */
    TerminalWidth() {
        Signals.register("WINCH", () -> columns = look());
    }

    /** At least 1. */
    int columns() {
        return columns;
    }

    private static int look() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return columns(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException noTerminal) {
            return UNKNOWN;
        }
    }

    /** @param size rows and columns, as stty writes them; 0 where the terminal does not know */
    static int columns(String size) {
        String[] words = size.strip().split(" ");
        int columns = words.length == 2 && words[1].matches("[0-9]{1,6}") ? Integer.parseInt(words[1]) : 0;
        return columns > 0 ? columns : UNKNOWN;
    }
}
