package io.sparring.dl4j;

import com.sun.management.OperatingSystemMXBean;
import io.sparring.export.ExportedPolicy;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.score.Policy;
import io.sparring.spark.score.ScoringJob;
import io.sparring.spark.score.TableFormat;
import io.sparring.spark.table.Columns;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.commons.io.FileUtils;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import scala.Tuple2;

/**
 * A table of CartPole's states that {@code score} and dl4j-spark's {@code SparkComputationGraph.feedForwardWithKey} score in turns, Parquet to Parquet in one
 * application, with the same network. Prints the rows a second of both, by the clock and by the processor's seconds, and what they are to each other.
 *
 * <pre>
 *   mvn -q -P scoring -pl dl4j -am process-test-classes -Dscoring.arguments="RUN ROWS TURNS"
 * </pre>
 */
final class ScoringComparison {
    private static final int BATCH = 1024;
    /** Of a file, and so of a task: feedForwardWithKey keeps all arrays of a task until its end, and of more of them it only collects garbage. */
    private static final int TASK = 20_000;

    private static final List<String> STATE = List.of("x", "x_dot", "theta", "theta_dot");
    private static final StructType SCORED = new StructType()
            .add("id", DataTypes.LongType, false)
            .add("logits", DataTypes.createArrayType(DataTypes.FloatType, false), false)
            .add("value", DataTypes.FloatType, false);

    private final SparkSession spark;
    private final Policy policy;
    private final byte[] file;
    private final long rows;
    private final Path work;

    private ScoringComparison(SparkSession spark, String run, long rows, Path work) throws IOException {
        this.spark = spark;
        this.rows = rows;
        this.work = work;
        SavedRun saved = SavedRun.open(run, SavedRun.checkpointName(run, null), List.of());
        policy = Policy.of(saved);
        ExportedPolicy exported = new ExportedPolicy(
                policy.model(),
                policy.environment(),
                saved.configuration().network().distribution(policy.environment()));
        file = new Dl4jFile().file(exported);
    }

    /** One that has computed nothing: in one process its parameters are gone when its tasks have ended. */
    private SparkComputationGraph graph() throws IOException {
        return new SparkComputationGraph(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file), false),
                new ParameterAveragingTrainingMaster.Builder(1).build());
    }

    /** @param words a run's folder, how many rows, and how many turns */
    public static void main(String[] words) throws IOException {
        Path work = Files.createTempDirectory("scoring");
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                // A task a file.
                .config("spark.sql.files.maxPartitionBytes", "1m")
                .getOrCreate()) {
            new ScoringComparison(spark, words[0], Long.parseLong(words[1]), work).turns(Integer.parseInt(words[2]));
        } finally {
            FileUtils.deleteDirectory(work.toFile());
        }
    }

    private void turns(int turns) throws IOException {
        spark.range(0, rows, 1, (int) ((rows + TASK - 1) / TASK))
                .selectExpr(
                        "id",
                        "float(rand(1) * 4.8 - 2.4) x",
                        "float(rand(2) * 4 - 2) x_dot",
                        "float(rand(3) * 0.4 - 0.2) theta",
                        "float(rand(4) * 4 - 2) theta_dot")
                .write()
                .parquet(path("states"));
        for (int turn = 0; turn <= turns; turn++) {
            Cost ours = Cost.of(this::score);
            SparkComputationGraph graph = graph();
            Cost theirs = Cost.of(() -> feedForward(graph));
            System.out.printf(
                    Locale.ROOT,
                    "%s: score %,.0f rows/s, %,.0f per processor second; feedForwardWithKey %,.0f rows/s, %,.0f per"
                            + " processor second; %.1f times as fast, %.1f times by processor seconds%n",
                    turn == 0 ? "warm-up" : "turn " + turn,
                    rows / ours.seconds(),
                    rows / ours.processorSeconds(),
                    rows / theirs.seconds(),
                    rows / theirs.processorSeconds(),
                    theirs.seconds() / ours.seconds(),
                    theirs.processorSeconds() / ours.processorSeconds());
        }
        Row differences = spark.read()
                .parquet(path("score"))
                .withColumnRenamed("value", "own")
                .join(spark.read().parquet(path("feedForward")), "id")
                .selectExpr(
                        "count(*)",
                        "max(abs(value - own))",
                        "max(abs(probabilities[1] - 1 / (1 + exp(logits[0] - logits[1]))))")
                .first();
        System.out.printf(
                Locale.ROOT,
                "of %,d rows, values differ by %.2g at most, probabilities by %.2g%n",
                differences.getLong(0),
                differences.getFloat(1),
                differences.getDouble(2));
    }

    private String path(String name) {
        return work.resolve(name + ".parquet").toString();
    }

    private void score() throws IOException {
        new ScoringJob(
                        path("states"),
                        TableFormat.PARQUET,
                        path("score"),
                        TableFormat.PARQUET,
                        Columns.of("columns", "observation=" + String.join(",", STATE)),
                        List.of("id"),
                        "",
                        0,
                        true)
                .run(spark, policy);
    }

    /** As DL4J's users have it: a key and an array of numbers of each row, and the outputs by their keys, written down. */
    private void feedForward(SparkComputationGraph graph) {
        JavaPairRDD<Long, INDArray[]> given = spark.read()
                .parquet(path("states"))
                .select("id", STATE.toArray(String[]::new))
                .toJavaRDD()
                .mapToPair(row -> new Tuple2<>(row.getLong(0), new INDArray[] {
                    Nd4j.createFromArray(
                            new float[][] {{row.getFloat(1), row.getFloat(2), row.getFloat(3), row.getFloat(4)}})
                }));
        JavaRDD<Row> scored = graph.feedForwardWithKey(given, BATCH)
                .map(outputs ->
                        RowFactory.create(outputs._1(), outputs._2()[0].toFloatVector(), outputs._2()[1].getFloat(0)));
        spark.createDataFrame(scored, SCORED).write().mode("overwrite").parquet(path("feedForward"));
    }

    /** What something takes: of the clock, and of this process. */
    private record Cost(double seconds, double processorSeconds) {
        /** Something that is measured. */
        private interface Work {
            void run() throws IOException;
        }

        static Cost of(Work work) throws IOException {
            OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            long start = System.nanoTime();
            long busy = process.getProcessCpuTime();
            work.run();
            return new Cost((System.nanoTime() - start) / 1e9, (process.getProcessCpuTime() - busy) / 1e9);
        }
    }
}
