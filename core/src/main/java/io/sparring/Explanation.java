package io.sparring;

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
}
