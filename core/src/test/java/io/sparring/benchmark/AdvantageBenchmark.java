package io.sparring.benchmark;

import io.sparring.advantage.Advantages;
import io.sparring.random.Streams;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The advantages of a rollout of 16 steps in 256 environments. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AdvantageBenchmark {
    private static final int STEPS = 16;
    private static final int ENVIRONMENTS = 256;

    private final double[] rewards = new double[STEPS * ENVIRONMENTS];
    private final double[] discounts = new double[STEPS * ENVIRONMENTS];
    private final double[] values = new double[STEPS * ENVIRONMENTS];
    private final double[] nextValues = new double[STEPS * ENVIRONMENTS];
    private final double[] continues = new double[STEPS * ENVIRONMENTS];

    @Setup
    public void setUp() {
        var random = Streams.of(1);
        for (int i = 0; i < rewards.length; i++) {
            boolean terminated = random.nextInt(50) == 0;
            rewards[i] = 1;
            discounts[i] = terminated ? 0 : 0.99;
            values[i] = random.nextDouble();
            nextValues[i] = random.nextDouble();
            continues[i] = terminated ? 0 : 1;
        }
    }

    @Benchmark
    public double[] gae() {
        return Advantages.gae(rewards, discounts, values, nextValues, continues, ENVIRONMENTS, 0.95);
    }
}
