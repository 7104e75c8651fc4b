package io.sparring.environment;

/**
 * An {@link Environment} that somebody else steps may be this too: its copies can be stepped in parts, and while one is being stepped, the caller
 * acts for another. Part p of P has the copies from B·p/P on. A step is the same in parts and at once.
 */
public interface SteppedInParts {
    /** B. */
    int copies();

    /** P, from 1 to B. */
    int parts();

    /**
     * Begins a step of one part, which is not in the middle of one.
     *
     * @param actions B × action size, row by row, of which those of this part's copies are taken, each within the action space
     */
    void send(int part, float[] actions);

    /**
     * Ends the step that {@link #send} has begun.
     *
     * @param result receives what happened to this part's copies; nothing else of it is written
     */
    void receive(int part, Step result);

    /** The first copy of this part; for P, how many copies there are. */
    default int firstCopy(int part) {
        return (int) ((long) copies() * part / parts());
    }

    /** A step of all parts; as {@link Environment#step}. */
    default void step(float[] actions, Step result) {
        for (int part = 0; part < parts(); part++) {
            send(part, actions);
        }
        for (int part = 0; part < parts(); part++) {
            receive(part, result);
        }
    }
}
