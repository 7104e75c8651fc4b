package io.sparring;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why something failed, in one line for the user. */
public final class Explanation {
    private static final String INITIALIZER = ExceptionInInitializerError.class.getName() + ": ";

    /** What the JVM keeps of the failure of a class's initializer, for all who come to the class later. */
    private static final Pattern KEPT =
            Pattern.compile("java\\.lang\\.ExceptionInInitializerError: Exception (.*?)( \\[in thread \".*\"])?");

    private static final String NO_INITIALIZED_CLASS = "Could not initialize class ";

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

    /**
     * What a failure began with, and of which kind that was: behind reflection, a pool of threads or the initializer of a class there is another
     * one that says more.
     */
    public static String ofCause(Throwable e) {
        Throwable first = e;
        while (first.getCause() != null && first.getCause() != first && handsOn(first)) {
            first = first.getCause();
        }
        String line = first.toString().lines().findFirst().orElse("");
        Matcher kept = KEPT.matcher(line);
        return (kept.matches() ? kept.group(1) : line).replaceFirst("^" + Pattern.quote(INITIALIZER), "");
    }

    private static boolean handsOn(Throwable e) {
        String message = e.getMessage();
        return message == null
                || message.isBlank()
                || message.equals(e.getCause().toString())
                || message.startsWith(NO_INITIALIZED_CLASS);
    }

    /**
     * Whether a class is missed whose initializer has failed before: whoever came first was told why, and the JVM has kept no more than that
     * failure's first words.
     */
    public static boolean isAftermath(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoClassDefFoundError
                    && String.valueOf(cause.getMessage()).startsWith(NO_INITIALIZED_CLASS)) {
                return true;
            }
        }
        return false;
    }
}
