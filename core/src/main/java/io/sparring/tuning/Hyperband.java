package io.sparring.tuning;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Hyperband (Li et al. 2018): brackets of {@link SuccessiveHalving} that begin at different rungs, over and over until there are
 * no candidates left. It hedges between many candidates that are judged early and few that are judged late.
 */
final class Hyperband {
    private Hyperband() {}

    static SchedulerSpec.Maker read(Options settings) {
        Ladder ladder = Ladder.read(settings);
        return (candidates, maxRounds, seed) -> {
            Rungs rungs = ladder.rungs(maxRounds);
            Iterator<SuccessiveHalving.Plan> plans = Stream.generate(() -> brackets(rungs.count(), ladder.eta()))
                    .flatMap(List::stream)
                    .iterator();
            return new SuccessiveHalving(candidates, rungs, ladder.eta(), plans);
        };
    }

    /** Brackets s = s_max … 0 of n = ⌈(s_max + 1) η^s / (s + 1)⌉ candidates, s being how many rungs they have before the end. */
    static List<SuccessiveHalving.Plan> brackets(int most, int eta) {
        return IntStream.rangeClosed(0, most)
                .mapToObj(bottom -> {
                    int rungs = most - bottom;
                    double size = Math.ceil((most + 1) * Math.pow(eta, rungs) / (rungs + 1));
                    return new SuccessiveHalving.Plan(bottom, (int) size);
                })
                .toList();
    }
}
