package io.sparring.tuning;

/** What a worker that has nothing to do does next. */
public sealed interface Decision {
    /**
     * A new candidate is begun.
     *
     * @param candidate its number: 0, 1, 2 … in the order in which they are begun
     * @param untilRound the round at whose end it is reported, or {@link Scheduler#END}
     */
    record Start(int candidate, long untilRound) implements Decision {}

    /** A candidate goes on from where it was last reported. */
    record Continue(int candidate, long untilRound) implements Decision {}

    /**
     * A candidate gives up what it has learned, and goes on from where {@code source} was last reported when this was decided,
     * with the source's settings, explored anew. Its round is the source's from here on.
     */
    record Copy(int candidate, int source, long untilRound) implements Decision {}

    /** There is nothing to do now; something may come of the candidates that are out. */
    record Pause() implements Decision {}

    /** There is nothing to do, and never will be. */
    record Done() implements Decision {}
}
