package io.sparring.spark.session;

import io.sparring.Explanation;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * What the user is told on stderr: whole lines, and behind the last one a bar that is drawn again and again. All of it goes through here, from
 * whatever thread, so that a line neither runs into the bar nor takes it away.
 */
public final class Console {
    private static final String CLEAR_LINE = "\r\033[K";
    /** A process has one stderr, with one last line. */
    private static final Console STDERR = new Console(() -> System.err);

    /** What others write to while they are not heard. */
    private static final PrintStream NOBODY =
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

    private final Supplier<PrintStream> stream;
    /** Empty where there is none. */
    private String bar = "";

    /** Where stderr goes while others write to nobody. */
    private PrintStream kept;

    private boolean ended;

    Console(Supplier<PrintStream> stream) {
        this.stream = stream;
    }

    /** A remark or a complaint, in one line. */
    public static void say(String line) {
        STDERR.print("sparring: " + Explanation.oneLine(line));
    }

    /** A line as it is. */
    public static void line(String line) {
        STDERR.print(line);
    }

    /** A bar, in the place of the one before. */
    public static void bar(String bar) {
        STDERR.draw(bar);
    }

    /** The bar stays as it is; whatever comes is below it. */
    public static void endBar() {
        STDERR.leave();
    }

    /** Nobody is told anything any more: this process is being ended, and what fails now fails by that. */
    static void end() {
        STDERR.fallSilent();
    }

    /** Whoever writes to stderr past this class writes to nobody. */
    static void hearNobodyElse() {
        STDERR.keep();
    }

    /** The end of that. */
    static void hearEverybody() {
        STDERR.give();
    }

    /** Whether somebody looks on, as submit/sparring has found. */
    public static boolean onTerminal() {
        return Boolean.getBoolean("sparring.terminal");
    }

    synchronized void print(String line) {
        write((bar.isEmpty() ? "" : CLEAR_LINE) + line + System.lineSeparator() + bar);
    }

    synchronized void draw(String next) {
        write((bar.isEmpty() ? "" : "\r") + next);
        bar = next;
    }

    synchronized void leave() {
        write(System.lineSeparator());
        bar = "";
    }

    private synchronized void keep() {
        if (System.err != NOBODY) {
            kept = System.err;
            System.setErr(NOBODY);
        }
    }

    private synchronized void give() {
        if (System.err == NOBODY) {
            System.setErr(kept);
        }
    }

    synchronized void fallSilent() {
        ended = true;
    }

    private void write(String text) {
        if (!ended) {
            PrintStream out = stream.get();
            (out == NOBODY ? kept : out).print(text);
        }
    }
}
