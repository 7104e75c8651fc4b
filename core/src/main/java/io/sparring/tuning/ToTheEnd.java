package io.sparring.tuning;

/** Every candidate is trained to its own end. */
final class ToTheEnd extends Roster {
    ToTheEnd(int candidates) {
        super(candidates);
    }

    static SchedulerSpec.Maker read(Options settings) {
        return (candidates, maxRounds, seed) -> new ToTheEnd(candidates);
    }

    @Override
    Decision choose() {
        return canStart() ? start(END) : null;
    }

    @Override
    void arrived(int candidate, double score, boolean ended) {
        dismiss(candidate);
    }
}
