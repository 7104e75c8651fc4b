package io.sparring.benchmark;

import io.sparring.network.Batch;
import io.sparring.network.Network;
import io.sparring.network.Observations;
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

/** Policy and value of a batch of observations, as each environment step needs them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ActingBenchmark {
    @Param
    private Networks network;

    @Param({"1", "64", "256", "1024"})
    private int rows;

    private Network acting;
    private Observations observations;

    @Setup
    public void setUp() {
        acting = new Network(network.architecture);
        acting.setModel(network.model());
        observations = network.observations(rows);
    }

    @Benchmark
    public Batch forward() {
        acting.forward(observations, 0, rows);
        return acting.policyOutputs();
    }
}
