package io.sparring.tuning;

/**
 * Where the states of trials that pause are kept. One that is lost costs its computation, and nothing else: the trial is trained again from its
 * beginning, to the same bits.
 */
public interface States {
    /** Keeps a trial's latest state. */
    void put(int trial, byte[] state);

    /** @return null if there is none (any more) */
    byte[] get(int trial);

    /** The trial will not be asked for again. */
    void remove(int trial);
}
