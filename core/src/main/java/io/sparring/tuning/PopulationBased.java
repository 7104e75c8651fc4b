package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Population based training (Jaderberg et al. 2017), by truncation: at every so many rounds each of the worst quarter of the
 * population takes over state and settings of one of the best quarter, drawn at random. How the settings are then explored is
 * not decided here.
 *
 * <p>Unlike in the paper, all wait for all before anybody goes on: so the outcome does not depend on how many workers there are,
 * nor on which of them is slow. Who has ended is no longer one of the population.
 */
final class PopulationBased extends Roster {
    private record Turn(int candidate, int source) {}

    private final Rungs rungs;
    private final long seed;
    private final List<Standing> here = new ArrayList<>();
    private final Queue<Turn> turns = new ArrayDeque<>();
    /** Those of the population that are on their way to the {@link #generation}'s rung. */
    private int awaited;

    private int generation;

    PopulationBased(int candidates, Rungs rungs, long seed) {
        super(candidates);
        this.rungs = rungs;
        this.seed = seed;
        awaited = candidates;
    }

    static SchedulerSpec.Maker read(Options settings) {
        OptionalLong every = settings.whole("every-rounds", 1);
        return (candidates, maxRounds, seed) -> new PopulationBased(candidates, Rungs.even(every, maxRounds), seed);
    }

    @Override
    Decision choose() {
        if (!turns.isEmpty()) {
            Turn turn = turns.remove();
            long round = rungs.round(generation);
            return turn.source == turn.candidate
                    ? goOn(turn.candidate, round)
                    : copy(turn.candidate, turn.source, round);
        }
        return canStart() ? start(rungs.round(0)) : null;
    }

    @Override
    void arrived(int candidate, double score, boolean ended) {
        awaited--;
        if (ended || generation == rungs.count()) {
            dismiss(candidate);
        } else {
            here.add(new Standing(candidate, score));
        }
        if (awaited == 0) {
            nextGeneration();
        }
    }

    private void nextGeneration() {
        Collections.sort(here);
        int size = here.size();
        int quarter = size < 2 ? 0 : Math.max(1, size / 4);
        List<Turn> copies = new ArrayList<>();
        List<Turn> others = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            Standing standing = here.get(rank);
            Standing source = rank < size - quarter ? standing : here.get(drawn(standing.candidate(), quarter));
            // Nothing is to be had from one that does no better.
            if (source.isBetterThan(standing)) {
                copies.add(new Turn(standing.candidate(), source.candidate()));
            } else {
                others.add(new Turn(standing.candidate(), standing.candidate()));
            }
        }
        // First those that copy: as long as one of them waits, its source must not have gone on.
        turns.addAll(copies);
        turns.addAll(others);
        awaited = size;
        generation++;
        here.clear();
    }

    private int drawn(int candidate, int bound) {
        UniformRandomProvider generator = Streams.of(seed, candidate, generation, Purpose.SCHEDULER);
        return generator.nextInt(bound);
    }
}
