package io.sparring.spark.doctor;

import io.sparring.Explanation;
import java.io.IOException;
import java.io.Serializable;

/**
 * Something that works or does not. Broadcast, so that it is tried once in each JVM however many tasks ask: where classes cannot be loaded, the
 * first attempt alone is told why. Thread-safe.
 */
abstract class Trial implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient boolean tried;
    private transient String failure;

    /** Null where it works. */
    final synchronized String failure() {
        if (!tried) {
            failure = tryOnce();
            tried = true;
        }
        return failure;
    }

    private String tryOnce() {
        try {
            return attempt();
        } catch (IOException e) {
            return Explanation.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (LinkageError | RuntimeException e) {
            return Explanation.ofCause(e);
        }
    }

    /** @return null where it works, else why not */
    abstract String attempt() throws IOException, InterruptedException;
}
