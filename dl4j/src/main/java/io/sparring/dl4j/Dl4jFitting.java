package io.sparring.dl4j;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Pretrain;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.imitation.Lesson;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.spark.pretraining.GraphFitting;
import java.io.Serializable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import scala.runtime.AbstractFunction1;

/**
 * DL4J's own training on Spark: a SparkComputationGraph whose workers' parameters, and Adam's moments with them, a
 * ParameterAveragingTrainingMaster averages.
 *
 * <p>The master is handed as many minibatches at a time as the workers have between two averages, each worker's in a partition of its own, so that it has
 * nothing to split, to export or to shuffle: left to itself it goes through all rows once for every average.
 */
public final class Dl4jFitting implements GraphFitting {
    private final Pretrain options;
    private final Model first;
    private final LearningGraph learning;
    private final SparkComputationGraph graph;

    /** For the service loader. */
    public static final class Maker implements Factory {
        /** For the service loader. */
        public Maker() {}

        @Override
        public GraphFitting create(
                JavaSparkContext spark,
                Configuration configuration,
                EnvironmentSpec environment,
                Model first,
                Scale scale) {
            return new Dl4jFitting(spark, configuration, environment, first, scale);
        }
    }

    private Dl4jFitting(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSpec environment,
            Model first,
            Scale scale) {
        Natives.load();
        options = configuration.pretrain();
        this.first = first;
        learning = new LearningGraph(
                first.architecture(), environment.actionSpace(), environment.masks(), scale, options.valueWeight());
        // Its statistics, which are off, would ask an NTP server for the time.
        ParameterAveragingTrainingMaster master = new ParameterAveragingTrainingMaster.Builder(
                        options.workers(), options.batchPerWorker())
                .batchSizePerWorker(options.batchPerWorker())
                // What it would split is handed over in parts already, some of which are larger by chance.
                .averagingFrequency(4 * options.averagingFrequency())
                .workerPrefetchNumBatches(0)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .repartionData(Repartition.Never)
                .storageLevel(null)
                .saveUpdater(true)
                .collectTrainingStats(false)
                .rngSeed(configuration.seed())
                .build();
        graph = new SparkComputationGraph(spark, learning.create(new Adam(options.learningRatePerWorker())), master);
        learning.setModel(graph.getNetwork(), first);
    }

    @Override
    public Model epoch(JavaRDD<Lesson> lessons, int rounds) {
        LearningGraph learning = this.learning;
        Normalizer normalizer = first.normalizer();
        for (int round = 0; round < rounds; round++) {
            int from = round * options.workers();
            JavaRDD<Lesson> part = new JavaRDD<>(
                    PartitionPruningRDD.create(lessons.rdd(), new Among(from, from + options.workers())),
                    lessons.classTag());
            JavaRDD<MultiDataSet> sets = part.map(lesson -> learning.dataSet(lesson, normalizer));
            graph.fitMultiDataSet(sets);
        }
        return learning.model(graph.getNetwork(), first);
    }

    @Override
    public void close() {
        graph.getTrainingMaster().deleteTempFiles(graph.getSparkContext());
    }

    /** Which partitions. */
    private static final class Among extends AbstractFunction1<Object, Object> implements Serializable {
        private static final long serialVersionUID = 1;
        private final int from;
        private final int to;

        Among(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public Object apply(Object partition) {
            return (Integer) partition >= from && (Integer) partition < to;
        }
    }
}
