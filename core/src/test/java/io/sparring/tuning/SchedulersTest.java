package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.tuning.Simulation.Call;
import io.sparring.tuning.Simulation.Curves;
import io.sparring.tuning.Simulation.Workers;
import io.sparring.tuning.SuccessiveHalving.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.UniformRandomProvider;

/** What holds for every schedule, and the schedulers against literal ones that sort everything anew; {@link Simulation} checks too. */
class SchedulersTest {
    /** Scores with ties and without numbers, and candidates that end before the budget does. */
    record Sweep(String kind, int eta, int rounds, int candidates, int maxRounds, long seed) implements Curves {
        @Override
        public double score(int candidate, long round) {
            int drawn = random(candidate, round).nextInt(8);
            return drawn == 0 ? Double.NaN : drawn;
        }

        @Override
        public long end(int candidate) {
            UniformRandomProvider generator = random(candidate, 0);
            return generator.nextInt(4) == 0 ? 1 + generator.nextInt(maxRounds) : maxRounds;
        }

        private UniformRandomProvider random(int candidate, long round) {
            return Streams.of(seed, candidate, round, Purpose.ENVIRONMENT);
        }

        Sweep withMore(int more) {
            return new Sweep(kind, eta, rounds, candidates + more, maxRounds, seed);
        }

        Scheduler scheduler() {
            Map<String, Object> section = switch (kind) {
                case "none" -> Map.of();
                case "median" -> Map.of("every-rounds", rounds, "grace", eta);
                case "pbt" -> Map.of("every-rounds", rounds);
                case "stopping" -> Map.of("eta", eta, "first-rung-rounds", rounds, "variant", "stopping");
                default -> Map.of("eta", eta, "first-rung-rounds", rounds);
            };
            return new SchedulerSpec(kind.equals("stopping") ? "asha" : kind, section)
                    .create(candidates, maxRounds, seed);
        }

        Rungs rungs() {
            return Rungs.geometric(rounds, eta, maxRounds);
        }

        Call report(int candidate, long until) {
            long round = Math.min(until, end(candidate));
            return new Call(null, candidate, round, score(candidate, round), until >= end(candidate));
        }

        /** By workers that are slow and die now and then. */
        Simulation run(int workers) {
            Workers pool = new Workers(workers, 1, 0.1, 3, Streams.of(seed, workers, 0, Purpose.ACTION));
            return new Simulation(scheduler(), candidates, pool, this).run();
        }
    }

    private static Arbitrary<Sweep> sweeps(String... kinds) {
        return Combinators.combine(
                        Arbitraries.of(kinds),
                        Arbitraries.integers().between(2, 5),
                        Arbitraries.integers().between(1, 20),
                        Arbitraries.integers().between(0, 60),
                        Arbitraries.integers().between(1, 300),
                        Arbitraries.longs())
                .as(Sweep::new)
                .withoutEdgeCases();
    }

    @Provide
    Arbitrary<Sweep> all() {
        return sweeps("none", "successive-halving", "asha", "stopping", "hyperband", "median", "pbt");
    }

    @Provide
    Arbitrary<Sweep> extensible() {
        return sweeps("none", "asha", "stopping", "median");
    }

    @Provide
    Arbitrary<Sweep> asha() {
        return sweeps("asha");
    }

    @Provide
    Arbitrary<Sweep> stopping() {
        return sweeps("stopping");
    }

    @Provide
    Arbitrary<Sweep> median() {
        return sweeps("median");
    }

    @Provide
    Arbitrary<Sweep> brackets() {
        return sweeps("successive-halving", "hyperband");
    }

    @Provide
    Arbitrary<Sweep> populations() {
        return sweeps("pbt");
    }

    @Property(tries = 700)
    void everySliceIsRunOnceAndAllAreDoneAtTheEnd(
            @ForAll("all") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        Simulation simulation = sweep.run(workers);

        assertThat(simulation.differentSlices()).isEqualTo(simulation.slices());
        assertThat(simulation.reached()).hasSize(sweep.candidates);
    }

    @Property(tries = 300)
    void whatWasAskedAndToldGivesTheSameDecisionsAgainWithoutThePauses(
            @ForAll("all") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        replay(sweep.run(workers).calls(), sweep.scheduler());
    }

    /** So a sweep by one of these can be made longer after it is done. */
    @Property(tries = 200)
    void moreCandidatesLeaveWhatWasDecidedAsItWas(
            @ForAll("extensible") Sweep sweep,
            @ForAll @IntRange(min = 1, max = 20) int workers,
            @ForAll @IntRange(min = 1, max = 60) int more) {
        replay(sweep.run(workers).calls(), sweep.withMore(more).scheduler());
    }

    private static void replay(List<Call> calls, Scheduler again) {
        for (Call call : calls) {
            if (call.decision() == null) {
                again.reported(call.candidate(), call.round(), call.score(), call.ended());
            } else if (!(call.decision() instanceof Decision.Pause || call.decision() instanceof Decision.Done)) {
                assertThat(again.next()).isEqualTo(call.decision());
            }
        }
    }

    /** Best first, written down once more. */
    private static List<Call> ranked(List<Call> calls) {
        return calls.stream()
                .sorted(Comparator.comparing((Call call) -> Double.isNaN(call.score()))
                        .thenComparing(call -> -call.score())
                        .thenComparing(Call::candidate))
                .toList();
    }

    @Property(tries = 500)
    void ashaPromotesAsOneThatSortsItsRungsEveryTime(
            @ForAll("asha") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        List<List<Call>> ladder = new ArrayList<>();
        for (int rung = 0; rung <= sweep.rungs().count(); rung++) {
            ladder.add(new ArrayList<>());
        }
        Map<Integer, Integer> rungOf = new HashMap<>();
        int begun = 0;
        for (Call call : sweep.run(workers).calls()) {
            if (call.decision() == null) {
                ladder.get(rungOf.get(call.candidate())).add(call);
                continue;
            }
            Decision expected = null;
            for (int rung = sweep.rungs().count() - 1; rung >= 0 && expected == null; rung--) {
                List<Call> here = ladder.get(rung);
                for (Call best : ranked(here).subList(0, here.size() / sweep.eta)) {
                    boolean promoted = rungOf.get(best.candidate()) > rung;
                    if (!promoted && !best.ended() && !Double.isNaN(best.score())) {
                        rungOf.put(best.candidate(), rung + 1);
                        expected = new Decision.Continue(
                                best.candidate(), sweep.rungs().round(rung + 1));
                        break;
                    }
                }
            }
            if (expected == null && begun < sweep.candidates) {
                rungOf.put(begun, 0);
                expected = new Decision.Start(begun++, sweep.rungs().round(0));
            }
            if (expected == null) {
                assertThat(call.decision()).isInstanceOfAny(Decision.Pause.class, Decision.Done.class);
            } else {
                assertThat(call.decision()).isEqualTo(expected);
            }
        }
    }

    /** Whether one that has come to a rung goes on, from all that have been reported there, itself the last of them. */
    private interface Literal {
        boolean goesOn(Call call, List<Call> here);
    }

    private static void assertStops(Simulation simulation, Literal rule) {
        Map<Long, List<Call>> seen = new HashMap<>();
        Map<Integer, Long> asked = new HashMap<>();
        Set<Integer> goingOn = new HashSet<>();
        for (Call call : simulation.calls()) {
            if (call.decision() instanceof Decision.Start start) {
                asked.put(start.candidate(), start.untilRound());
            } else if (call.decision() instanceof Decision.Continue more) {
                asked.put(more.candidate(), more.untilRound());
                assertThat(goingOn.remove(more.candidate())).isTrue();
            } else if (call.decision() == null && asked.get(call.candidate()) != Scheduler.END) {
                List<Call> here = seen.computeIfAbsent(asked.get(call.candidate()), round -> new ArrayList<>());
                here.add(call);
                if (rule.goesOn(call, here) && !call.ended()) {
                    goingOn.add(call.candidate());
                }
            }
        }
        assertThat(goingOn).isEmpty();
    }

    @Property(tries = 300)
    void ashaStopsWhoIsNotAmongTheBestWhenItComes(
            @ForAll("stopping") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        assertStops(sweep.run(workers), (call, here) -> {
            int best = Math.max(1, here.size() / sweep.eta);
            return !Double.isNaN(call.score()) && ranked(here).indexOf(call) < best;
        });
    }

    @Property(tries = 300)
    void theMedianRuleStopsWhoseMeanIsBelowTheMedianOfTheMeans(
            @ForAll("median") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        Map<Integer, List<Call>> own = new HashMap<>();
        Map<Call, Double> means = new HashMap<>();
        assertStops(sweep.run(workers), (call, here) -> {
            List<Call> sofar = own.computeIfAbsent(call.candidate(), candidate -> new ArrayList<>());
            sofar.add(call);
            // No number at all counts as one below all.
            means.put(
                    call,
                    sofar.stream()
                            .mapToDouble(Call::score)
                            .filter(score -> !Double.isNaN(score))
                            .average()
                            .orElse(-1));
            double[] sorted = here.stream().mapToDouble(means::get).sorted().toArray();
            double median = (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
            return here.size() < sweep.eta || means.get(call) >= median;
        });
    }

    @Property(tries = 500)
    void halvingComesToTheSameHoweverManyWorkersThereAre(
            @ForAll("brackets") Sweep sweep, @ForAll @IntRange(min = 1, max = 20) int workers) {
        Rungs rungs = sweep.rungs();
        List<Plan> plans = sweep.kind.equals("hyperband")
                ? Hyperband.brackets(rungs.count(), sweep.eta)
                : List.of(new Plan(0, sweep.candidates));
        Map<Integer, Long> expected = new TreeMap<>();
        int begun = 0;
        for (int bracket = 0; begun < sweep.candidates; bracket++) {
            Plan plan = plans.get(bracket % plans.size());
            int next = Math.min(begun + plan.size(), sweep.candidates);
            List<Integer> climbing = IntStream.range(begun, next).boxed().toList();
            for (int rung = plan.bottom(); rung <= rungs.count(); rung++) {
                long until = rungs.round(rung);
                List<Call> here = climbing.stream()
                        .map(candidate -> sweep.report(candidate, until))
                        .toList();
                here.forEach(call -> expected.put(call.candidate(), call.round()));
                climbing = ranked(here).stream()
                        .limit(Math.max(1, here.size() / sweep.eta))
                        .filter(call -> !call.ended())
                        .map(Call::candidate)
                        .toList();
            }
            begun = next;
        }

        assertThat(sweep.run(workers).reached()).isEqualTo(expected);
    }

    private static Set<Decision> copies(Simulation simulation) {
        return simulation.calls().stream()
                .map(Call::decision)
                .filter(decision -> decision instanceof Decision.Copy)
                .collect(Collectors.toSet());
    }

    @Property(tries = 100)
    void aPopulationComesToTheSameHoweverManyWorkersThereAre(
            @ForAll("populations") Sweep sweep, @ForAll @IntRange(min = 2, max = 20) int workers) {
        Simulation alone = sweep.run(1);
        Simulation together = sweep.run(workers);

        assertThat(together.reached()).isEqualTo(alone.reached());
        assertThat(copies(together)).isEqualTo(copies(alone));
    }
}
