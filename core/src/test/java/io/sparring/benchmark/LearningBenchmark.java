package io.sparring.benchmark;

import io.sparring.network.Batch;
import io.sparring.network.Network;
import io.sparring.network.Observations;
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
import org.openjdk.jmh.annotations.Warmup;

/** A rollout's forward and backward pass, without the loss between them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LearningBenchmark {
    @Param
    private Networks network;

    @Param({"64", "256", "1024"})
    private int rows;

    private Network learning;
    private Observations observations;
    private float[] policyGradient;
    private float[] valueGradient;
    private double[] gradient;

    @Setup
    public void setUp() {
        learning = new Network(network.architecture);
        learning.setModel(network.model());
        observations = network.observations(rows);
        policyGradient = uniform(rows * network.architecture.policyOutputs());
        valueGradient = uniform(rows);
        gradient = new double[network.architecture.parameterCount()];
    }

    private static float[] uniform(int count) {
        float[] numbers = new float[count];
        var random = Streams.of(3);
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }

    @Benchmark
    public double[] forwardAndBackward() {
        learning.forward(observations, 0, rows);
        fill(learning.policyGradient(), policyGradient);
        fill(learning.valueGradient(), valueGradient);
        learning.backward(true, true, gradient);
        return gradient;
    }

    /** Anew for each pass, which writes over it; in a run the loss does it. */
    private static void fill(Batch batch, float[] featureByFeature) {
        int rows = batch.rows();
        for (int feature = 0; feature < batch.features(); feature++) {
            for (int row = 0; row < rows; row++) {
                batch.set(feature, row, featureByFeature[feature * rows + row]);
            }
        }
    }
}
