package io.sparring.benchmark;

import io.sparring.tuning.History;
import io.sparring.tuning.Point;
import io.sparring.tuning.Sampler;
import io.sparring.tuning.SamplerKind;
import io.sparring.tuning.Space;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** TPE's next point behind a sweep of so many trials: what a worker without work waits for. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SamplerBenchmark {
    @Param({"1000", "10000"})
    int trials;

    /** Six keys as a sweep has them; one choice, where all points are alike; one range of many whole numbers. */
    @Param({"mixed", "choice", "whole"})
    String keys;

    private Sampler sampler;
    private History history;

    @Setup(Level.Trial)
    public void sweep() {
        Space space = Space.of(
                switch (keys) {
                    case "choice" -> Map.of("environment.options.a", Map.of("choice", List.of(1, 2, 3, 4)));
                    case "whole" -> Map.of("environment.options.a", Map.of("int-uniform", List.of(1, 5000)));
                    default ->
                        Map.of(
                                "optimizer.learning-rate", Map.of("log-uniform", List.of(1e-5, 1e-1)),
                                "a2c.gamma", Map.of("uniform", List.of(0.9, 0.999)),
                                "a2c.gae-lambda", Map.of("uniform", List.of(0.8, 1.0)),
                                "a2c.entropy-weight", Map.of("log-uniform", List.of(1e-5, 1e-1)),
                                "a2c.rollout-length", Map.of("int-uniform", List.of(4, 128)),
                                "a2c.normalize-advantages", Map.of("choice", List.of(true, false)));
                });
        history = new History();
        Sampler random = SamplerKind.RANDOM.create(space, 0);
        for (int candidate = 0; candidate < trials; candidate++) {
            Point point = random.point(candidate, history);
            history.begun(point);
            // Scores that are no more than noise, and states as a scheduler leaves them.
            History.State running = candidate > trials - 100 ? History.State.RUNNING : History.State.STOPPED;
            History.State state = candidate % 10 == 0 ? History.State.FINISHED : running;
            history.reported(candidate, point.hashCode() % 1000, 10, state);
        }
        sampler = SamplerKind.TPE.create(space, 0);
    }

    @Benchmark
    public Point next() {
        return sampler.point(trials, history);
    }
}
