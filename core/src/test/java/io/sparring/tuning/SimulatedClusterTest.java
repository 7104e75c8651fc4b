package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.tuning.Simulation.Curves;
import io.sparring.tuning.Simulation.Workers;
import java.util.Map;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 10,000 candidates on 1,000 workers, some of them slow, of whose slices one in twenty is lost with its worker. */
class SimulatedClusterTest {
    private static final int CANDIDATES = 10_000;
    private static final long ROUNDS = 810;

    /** Each has a height that it comes to in the end, half of it by round 100; scores are noisy. */
    private static final Curves CURVES = new Curves() {
        @Override
        public double score(int candidate, long round) {
            double height = gaussian(candidate, 0);
            return height * round / (round + 100) + 0.1 * gaussian(candidate, round);
        }

        @Override
        public long end(int candidate) {
            return ROUNDS;
        }
    };

    private static double gaussian(int candidate, long round) {
        return ZigguratSampler.NormalizedGaussian.of(Streams.of(1, candidate, round, Purpose.ENVIRONMENT))
                .sample();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "successive-halving", "asha", "hyperband", "median", "pbt"})
    void workersAreBusyWhileThereIsSomethingToBeginAndNothingIsLostOrRunTwice(String kind) {
        Map<String, Object> settings = switch (kind) {
            case "none" -> Map.of();
            case "median", "pbt" -> Map.of("every-rounds", 270);
            default -> Map.of("first-rung-rounds", 10);
        };
        Scheduler scheduler = new SchedulerSpec(kind, settings).create(CANDIDATES, ROUNDS, 0);
        Workers workers = new Workers(1_000, 1, 0.05, 5, Streams.of(2, 0, 0, Purpose.ENVIRONMENT));

        Simulation simulation = new Simulation(scheduler, CANDIDATES, workers, CURVES).run();

        assertThat(simulation.busyWhileThereWasSomethingToBegin()).isGreaterThan(0.95);
        assertThat(simulation.deaths()).isGreaterThan(simulation.slices() / 25);
        assertThat(simulation.differentSlices()).isEqualTo(simulation.slices());
        assertThat(simulation.reached()).hasSize(CANDIDATES);
        assertThat(simulation.reached().values()).contains(ROUNDS);
    }
}
