package io.sparring.spark.session;

import org.jline.utils.Signals;

/** SIGINT, SIGTERM, and SIGHUP, which the end of an ssh session sends: the first asks training to end after the round, the second ends the process at once. */
public final class StopSignals {
    private volatile int exitCode;

    /** Listens from now on. */
    public StopSignals() {
        Signals.register("INT", () -> received(130));
        Signals.register("TERM", () -> received(143));
        // Where it is ignored, as under nohup, the JVM leaves it ignored.
        Signals.register("HUP", () -> received(129));
    }

    private void received(int code) {
        if (exitCode != 0) {
            Runtime.getRuntime().halt(code);
        }
        exitCode = code;
        Console.say("stopping as soon as training can; a second signal stops at once");
    }

    /** Whether training is to end. */
    public boolean received() {
        return exitCode != 0;
    }

    /** 128 + the signal's number; 0 where none came. */
    public int exitCode() {
        return exitCode;
    }
}
