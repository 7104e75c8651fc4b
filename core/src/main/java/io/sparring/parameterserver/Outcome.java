package io.sparring.parameterserver;

/** What became of a worker's request. */
public enum Outcome {
    /** Here are the parameters that were asked for. */
    PULLED,
    /** The push was merged. */
    APPLIED,
    /** The push was too stale and does not count. */
    STALE,
    /** The push was not finite and does not count. */
    NOT_FINITE,
    /** There is a newer attempt of this worker, or it does not fit this run: it has to end. */
    REFUSED
}
