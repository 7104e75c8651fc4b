package io.sparring.spark.session;

/** What is said to the user on stderr while a command is at work. */
public final class Console {
    private static final String CLEAR_LINE = "\r\033[K";

    private Console() {}

    /** A line on stderr; a bar gives way to it. */
    public static void say(String line) {
        System.err.println((onTerminal() ? CLEAR_LINE : "") + "sparring: " + line);
    }

    /** Whether somebody looks on, as submit/sparring has found. */
    public static boolean onTerminal() {
        return Boolean.getBoolean("sparring.terminal");
    }
}
