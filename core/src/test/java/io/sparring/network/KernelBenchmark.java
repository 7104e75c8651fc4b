package io.sparring.network;

import io.sparring.random.Streams;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * The products of a dense layer 64 → 64; {@code multiplyAdds} is how many a nanosecond. The scalar twin runs where the module is not:
 * {@code -jvmArgs -Xmx1g}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class KernelBenchmark {
    private static final int WIDTH = 64;

    /** Counted beside the calls. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {
        /** Of all calls. */
        public long multiplyAdds;
    }

    @Param({"64", "1024", "4096"})
    private int rows;

    private final Kernels kernels = Kernels.create();
    private final float[] packed = new float[WIDTH * WIDTH];
    private final float[] biases = new float[WIDTH];
    private final double[] gradient = new double[WIDTH * WIDTH];
    private Batch in;
    private Batch delta;
    private final Batch out = new Batch(WIDTH);

    @Setup
    public void setUp() {
        Kernels.pack(uniform(WIDTH * WIDTH), 0, WIDTH, 1, WIDTH, WIDTH, packed);
        in = Batches.of(WIDTH, uniform(rows * WIDTH));
        delta = Batches.of(WIDTH, uniform(rows * WIDTH));
    }

    private static float[] uniform(int count) {
        float[] numbers = new float[count];
        var random = Streams.of(count);
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }

    @Benchmark
    public Batch product(Counters counters) {
        kernels.product(packed, WIDTH, WIDTH, biases, false, null, in, out);
        counters.multiplyAdds += (long) rows * WIDTH * WIDTH;
        return out;
    }

    @Benchmark
    public double[] weightGradient(Counters counters) {
        kernels.weightGradient(in, delta, gradient, 0);
        counters.multiplyAdds += (long) rows * WIDTH * WIDTH;
        return gradient;
    }
}
