package io.sparring;

import java.util.Locale;

/** Why something failed, in one line for the user. */
public final class Explanation {
    private Explanation() {}

    /**
     * The message's first line. Exceptions without one (an {@code EOFException}, a closed channel) say what they are, and, where they only
     * hand on what a cause has to say, that.
     */
    public static String of(Throwable e) {
        String message = e.getMessage();
        if (message != null && !message.isBlank()) {
            return message.lines().filter(line -> !line.isBlank()).findFirst().orElseThrow();
        }
        Throwable cause = e.getCause();
        return e.getClass().getSimpleName() + (cause == null || cause == e ? "" : ": " + of(cause));
    }

    /**
     * A text as one line that shows everything in it: what a terminal would obey, or an editor not show, stands as {@code \\u001b}. Names come
     * from files that anybody may have written.
     */
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            switch (Character.getType(character)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE ->
                    line.append(character == '\n' ? "\\n" : String.format(Locale.ROOT, "\\u%04x", character));
                default -> line.appendCodePoint(character);
            }
        });
        return line.toString();
    }
}
