package io.sparring.benchmark;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.Step;
import io.sparring.random.Streams;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One step of all copies of CartPole, pushed to random sides. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CartPoleBenchmark {
    /** Prepared actions, so that drawing them is not measured. */
    private static final int ROUNDS = 64;

    @Param({"64", "256"})
    private int copies;

    private Environment environment;
    private Step result;
    private float[][] actions;
    private int round;

    @Setup
    public void setUp() {
        environment = Environments.create("CartPole-v1", copies);
        int size = environment.observationSpace().size();
        result = new Step(copies, size);
        environment.reset(Streams.of(1).longs(copies).toArray(), new float[copies * size]);
        var random = Streams.of(2);
        actions = new float[ROUNDS][copies];
        for (float[] row : actions) {
            for (int copy = 0; copy < copies; copy++) {
                row[copy] = random.nextInt(2);
            }
        }
    }

    @TearDown
    public void tearDown() {
        environment.close();
    }

    @Benchmark
    public Step step() {
        environment.step(actions[round++ % ROUNDS], result);
        return result;
    }
}
