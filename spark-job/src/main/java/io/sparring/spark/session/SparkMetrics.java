package io.sparring.spark.session;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.sparring.algorithm.TrainingListener;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;

/**
 * How a run goes, for the sinks that Spark has (Prometheus, JMX, Graphite, …): the driver's source {@code sparring}. Gauges have
 * the values of the last round and the last evaluation, and NaN before the first.
 */
public final class SparkMetrics implements TrainingListener, Source, AutoCloseable {
    private final MetricRegistry registry = new MetricRegistry();
    private final MetricsSystem metricsSystem = SparkEnv.get().metricsSystem();
    private volatile Round round;
    private volatile double evaluation = Double.NaN;

    /** Spark has started. */
    public SparkMetrics() {
        gauge("round", last -> last.round());
        gauge("envSteps", last -> last.envSteps());
        gauge("envStepsPerSecond", last -> samples(last) / last.roundSeconds());
        gauge("episodes", last -> last.episodes());
        gauge("meanReturn", Round::meanReturn);
        gauge("entropy", Round::entropy);
        gauge("droppedGradients", last -> last.droppedGradients());
        gauge(
                "workers",
                last -> last.asynchrony() == null
                        ? Double.NaN
                        : last.asynchrony().workers());
        gauge(
                "stalenessMean",
                last -> last.asynchrony() == null
                        ? Double.NaN
                        : last.asynchrony().staleness().mean());
        registry.register("evaluationReturn", (Gauge<Double>) () -> evaluation);
        metricsSystem.registerSource(this);
    }

    private void gauge(String name, ToDoubleFunction<Round> value) {
        registry.register(name, (Gauge<Double>) () -> {
            Round last = round;
            return last == null ? Double.NaN : value.applyAsDouble(last);
        });
    }

    private static long samples(Round round) {
        return round.statistics().stream().mapToLong(shard -> shard.samples()).sum();
    }

    @Override
    public String sourceName() {
        return "sparring";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    @Override
    public void round(Round ended) {
        round = ended;
    }

    @Override
    public void evaluated(Evaluated evaluated) {
        evaluation = evaluated.meanReturn();
    }

    @Override
    public void close() {
        metricsSystem.removeSource(this);
    }
}
