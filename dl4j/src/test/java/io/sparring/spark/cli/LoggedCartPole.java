package io.sparring.spark.cli;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Episodes of CartPole-v1 by an expert, as a table of steps. */
final class LoggedCartPole {
    static final StructType SCHEMA = new StructType()
            .add("episode", DataTypes.LongType)
            .add("t", DataTypes.IntegerType)
            .add("observation", DataTypes.createArrayType(DataTypes.FloatType))
            .add("action", DataTypes.IntegerType)
            .add("reward", DataTypes.DoubleType)
            .add("terminated", DataTypes.BooleanType)
            .add("truncated", DataTypes.BooleanType);

    private LoggedCartPole() {}

    /** Leans against the fall, and a little towards the middle: it holds the pole up for all 500 steps. */
    static int expert(float[] observation) {
        return observation[2] + 0.5 * observation[3] + 0.05 * observation[0] + 0.1 * observation[1] > 0 ? 1 : 0;
    }

    static List<Row> rows(int episodes, long seed) {
        List<Row> rows = new ArrayList<>();
        try (Environment environment =
                Environments.resolve("CartPole-v1", Map.of()).create(1)) {
            for (int episode = 0; episode < episodes; episode++) {
                Step step = Step.compact(environment);
                environment.reset(new long[] {seed + episode}, step);
                boolean over = false;
                for (int t = 0; !over; t++) {
                    float[] observation = step.observations.clone();
                    int action = expert(observation);
                    environment.step(new float[] {action}, step);
                    over = step.ended(0);
                    List<Float> numbers = new ArrayList<>();
                    for (float number : observation) {
                        numbers.add(number);
                    }
                    rows.add(RowFactory.create(
                            (long) episode,
                            t,
                            numbers,
                            action,
                            (double) step.rewards[0],
                            step.terminated[0],
                            over && !step.terminated[0]));
                }
            }
        }
        return rows;
    }

    static Dataset<Row> table(SparkSession spark, List<Row> rows) {
        return spark.createDataFrame(rows, SCHEMA);
    }

    public static void main(String[] arguments) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            table(spark, rows(Integer.parseInt(arguments[1]), 0))
                    .coalesce(1)
                    .write()
                    .mode("overwrite")
                    .parquet(arguments[0]);
        }
    }
}
