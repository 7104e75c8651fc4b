package io.sparring.environment;

import java.io.Serializable;

/**
 * What has disturbed environments that live in other processes.
 *
 * @param restarts processes that were lost and followed by fresh ones: no bit of the result depends on it
 * @param replaysDiffered episodes that did not repeat themselves when they were played again, and were cut
 */
public record Disturbances(int restarts, int replaysDiffered) implements Serializable {
    /** What environments of this JVM have. */
    public static final Disturbances NONE = new Disturbances(0, 0);
}
