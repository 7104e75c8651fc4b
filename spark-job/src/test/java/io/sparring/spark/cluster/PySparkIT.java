package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.cli.Sparring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy in somebody else's application: a real spark-submit, and a real Python that calls what docs/score.md shows. */
class PySparkIT {
    private static final String TINY = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 2, rollout-length: 8}
            normalize: {observations: true}
            budget: {env-steps: 640}
            """;

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path work;

    /** What the documentation has in Python. */
    private static String documented() throws IOException {
        Matcher block = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(HOME.resolve("docs/score.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    @Test
    void theFunctionTheMethodAndTheCommandGiveTheSameOfEveryRow() throws Exception {
        Path spark = SparkInstallation.orSkip();
        Files.writeString(work.resolve("tiny.yaml"), TINY);
        Sparring.Outcome trained = Sparring.here(
                "train",
                work.resolve("tiny.yaml").toString(),
                "--run",
                work.resolve("run").toString());
        assertThat(trained.exit()).as(trained.toString()).isZero();
        Files.writeString(work.resolve("score.py"), """
                import sys
                from pyspark.sql import DataFrame, SparkSession
                run, states_path, mine, functions, arrays = sys.argv[1:]
                spark = SparkSession.builder.getOrCreate()
                states = spark.range(500).selectExpr(
                    "id", "cast(id / 250.0 - 1 as float) x", "cast(1 - id / 250.0 as float) x_dot",
                    "cast(id / 2500.0 - 0.1 as float) theta", "cast(sin(id) as float) theta_dot")
                states.write.parquet(states_path)
                """ + documented() + """
                scored.write.parquet(functions)
                policy = spark._jvm.io.sparring.spark.score.Policy.load(run)
                transformed = DataFrame(policy.transform(states._jdf, "observation=x,x_dot,theta,theta_dot"), spark)
                transformed.write.parquet(mine)
                assert transformed.columns == scored.columns, (transformed.columns, scored.columns)
                array = spark.sql("select id, policy(array(x, x_dot, theta, theta_dot)) p from states")
                array.selectExpr("id", "p.*").write.parquet(arrays)
                assert spark.sql("select policy(null) p").first().p is None
                print("rows", scored.count())
                """);
        String submit = "'" + spark.resolve("bin/spark-submit") + "' --master 'local[2]' --conf spark.ui.enabled=false"
                + " --jars '" + HOME.resolve("spark-job/target/sparring-app.jar")
                + "' score.py run states.parquet transformed.parquet functions.parquet arrays.parquet";
        Sparring.Outcome python = Sparring.shell(work, Map.of("SPARK_LOCAL_HOSTNAME", "127.0.0.1"), submit);
        assertThat(python.stdout()).as(python.toString()).endsWith("rows 500\n");

        try (Sparring command = Sparring.start(
                work,
                Map.of("SPARK_HOME", spark.toString()),
                "--master",
                "local[2]",
                "score",
                "run",
                "--input",
                "states.parquet",
                "--output",
                "command.parquet",
                "--columns",
                "observation=x,x_dot,theta,theta_dot",
                "--json")) {
            Sparring.Outcome outcome = command.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("rows").asInt()).isEqualTo(500);
        }
        requireEqual("command.parquet", "transformed.parquet", "*");
        requireEqual("command.parquet", "functions.parquet", "*");
        requireEqual("command.parquet", "arrays.parquet", "id", "action", "probabilities", "value");
    }

    /** The same rows, each as often, in whatever order. */
    private void requireEqual(String one, String other, String... columns) {
        assertThat(rows(one, columns)).hasSize(500).isEqualTo(rows(other, columns));
    }

    private List<String> rows(String name, String... columns) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            Dataset<Row> table = spark.read().parquet(work.resolve(name).toString());
            return table.selectExpr(columns).collectAsList().stream()
                    .map(Row::json)
                    .sorted()
                    .toList();
        }
    }
}
