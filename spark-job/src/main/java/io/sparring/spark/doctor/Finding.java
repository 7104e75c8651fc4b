package io.sparring.spark.doctor;

/**
 * One line of the table.
 *
 * @param fix what to do; empty where all is well
 */
public record Finding(Verdict verdict, String check, String found, String fix) {

    /** How bad it is. */
    public enum Verdict {
        OK,
        /** Works, but not for everything. */
        NOTE,
        FIX
    }
}
