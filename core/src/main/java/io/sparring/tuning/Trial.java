package io.sparring.tuning;

import java.util.ArrayList;
import java.util.List;

/**
 * A candidate with one seed, as it stands.
 *
 * @param number in the order in which trials were made
 * @param candidate whose; trials that differ by their seed alone are one candidate's
 * @param point the candidate's
 * @param seed the trial's own; null: the base's
 * @param confirms whether it is one of those that look again at the best
 * @param state how it stands
 * @param slices how many were computed
 * @param round rounds done
 * @param envSteps environment steps done
 * @param episodes episodes ended
 * @param score the last; NaN where there is none
 * @param seconds of computing, all slices together
 * @param paramsSha256 of its parameters; null before the first slice, and where it has failed
 * @param ended why it is over, as {@code env-steps}; null where it is not
 * @param failure why it has failed, in one line; null where it has not
 * @param lost how many of its slices were lost with an executor
 */
public record Trial(
        int number,
        int candidate,
        Point point,
        Long seed,
        boolean confirms,
        State state,
        int slices,
        long round,
        long envSteps,
        long episodes,
        double score,
        double seconds,
        String paramsSha256,
        String ended,
        String failure,
        int lost) {

    /** How a trial stands. */
    public enum State {
        /** A slice of it is being computed, or waits for somebody who does. */
        RUNNING,
        /** Others did better; it may or may not go on. */
        STOPPED,
        /** It has come to its own end. */
        FINISHED,
        /** It cannot go on. */
        FAILED
    }

    static Trial first(int number, int candidate, Point point, Long seed, boolean confirms) {
        return new Trial(
                number,
                candidate,
                point,
                seed,
                confirms,
                State.RUNNING,
                0,
                0,
                0,
                0,
                Double.NaN,
                0,
                null,
                null,
                null,
                0);
    }

    Trial running() {
        return with(State.RUNNING, lost);
    }

    Trial stopped() {
        return with(State.STOPPED, lost);
    }

    Trial lostAgain() {
        return with(state, lost + 1);
    }

    private Trial with(State newState, int newLost) {
        return new Trial(
                number,
                candidate,
                point,
                seed,
                confirms,
                newState,
                slices,
                round,
                envSteps,
                episodes,
                score,
                seconds,
                paramsSha256,
                ended,
                failure,
                newLost);
    }

    /** Another one's twin from here on, with settings of its own. */
    Trial takingOver(Trial source, Point explored) {
        return new Trial(
                number,
                candidate,
                explored,
                seed,
                confirms,
                State.RUNNING,
                slices,
                source.round,
                source.envSteps,
                source.episodes,
                source.score,
                seconds,
                source.paramsSha256,
                null,
                null,
                lost);
    }

    Trial after(SliceResult result) {
        State next = result.failure() != null ? State.FAILED : result.ended() != null ? State.FINISHED : State.STOPPED;
        return new Trial(
                number,
                candidate,
                point,
                seed,
                confirms,
                next,
                slices + 1,
                Math.max(round, result.round()),
                Math.max(envSteps, result.envSteps()),
                Math.max(episodes, result.episodes()),
                result.score(),
                seconds + result.seconds(),
                result.paramsSha256(),
                result.ended(),
                result.failure(),
                lost);
    }

    /** What makes the sweep's base its configuration, each {@code key=value}. */
    List<String> overrides() {
        List<String> overrides = new ArrayList<>(point.overrides());
        if (seed != null) {
            overrides.add("seed=" + seed);
        }
        return overrides;
    }
}
