package io.sparring.benchmark;

import io.sparring.network.LearningNetwork;
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

    private LearningNetwork learning;
    private float[] observations;
    private double[] policyGradient;
    private double[] valueGradient;
    private double[] gradient;

    @Setup
    public void setUp() {
        learning = new LearningNetwork(network.architecture, rows);
        learning.setParameters(network.parameters());
        observations = network.observations(rows);
        policyGradient = Streams.of(3)
                .doubles((long) rows * network.architecture.policyOutputs(), -1, 1)
                .toArray();
        valueGradient = Streams.of(4).doubles(rows, -1, 1).toArray();
        gradient = new double[network.architecture.parameterCount()];
    }

    @Benchmark
    public double[] forwardAndBackward() {
        learning.forward(observations, 0, rows);
        learning.backward(policyGradient, valueGradient, gradient);
        return gradient;
    }
}
