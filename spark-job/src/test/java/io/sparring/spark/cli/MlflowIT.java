package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.spark.cluster.PyPi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training and a sweep on a tracking server of PyPI's mlflow, read back by its own client.
 *
 * <pre>
 *   mvn -P mlflow -pl spark-job -am verify
 * </pre>
 */
class MlflowIT {
    private static final String READ = """
            import json, sys, mlflow
            client = mlflow.MlflowClient(sys.argv[1])
            experiment = client.get_experiment_by_name("it")
            runs = client.search_runs([experiment.experiment_id], max_results=1000)
            print(json.dumps({run.info.run_name: {
                "status": run.info.status, "params": run.data.params, "metrics": run.data.metrics, "tags": run.data.tags,
                "id": run.info.run_id,
                "steps": {key: [point.step for point in client.get_metric_history(run.info.run_id, key)]
                          for key in run.data.metrics}} for run in runs}))
            """;

    @TempDir
    private static Path work;

    private static Process server;
    private static String python;
    private static String address;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        python = PyPi.install("mlflow", "mlflow==3.17.2").resolve("bin/python").toString();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        address = "http://127.0.0.1:" + port;
        ProcessBuilder builder = new ProcessBuilder(
                        python,
                        "-m",
                        "mlflow",
                        "server",
                        "--workers",
                        "1",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "" + port,
                        "--backend-store-uri",
                        "sqlite:///" + work.resolve("mlflow.db"))
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("server.log").toFile());
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        server = builder.start();
        Sparring.eventually("MLflow listens", Duration.ofMinutes(3), () -> {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        Files.writeString(work.resolve("tiny.yaml"), """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                network: {kind: shared, hidden: [8]}
                a2c: {shards: 1, rollout-length: 8}
                optimizer: {kind: adam}
                budget: {env-steps: 1280}
                evaluation: {every-env-steps: 640, episodes: 2}
                """);
        Files.writeString(work.resolve("sweep.yaml"), """
                base: tiny.yaml
                space: {a2c.gamma: {grid: [0.9, 0.99, 1.5]}, seed: {grid: [0, 1]}}
                scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}
                """);
        // What it loads for its first request takes longer than an answer may.
        read(false);
    }

    @AfterAll
    static void stop() {
        server.descendants().forEach(ProcessHandle::destroyForcibly);
        server.destroyForcibly();
    }

    private static JsonNode read(boolean there) throws IOException, InterruptedException {
        return python(there ? READ : READ.replaceFirst("(?s)runs = .*", "print('{}')"), address);
    }

    private static JsonNode python(String script, String argument) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(python, "-c", script, argument)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(answer).isZero();
        return new ObjectMapper().readTree(answer);
    }

    private static Sparring.Outcome sparring(String... words) throws IOException, InterruptedException {
        try (Sparring sparring =
                Sparring.start(work, Map.of("MLFLOW_TRACKING_URI", address, "MLFLOW_EXPERIMENT_NAME", "it"), words)) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            return outcome;
        }
    }

    @Test
    void whatAClientReadsIsWhatWasTrainedAndSwept() throws IOException, InterruptedException {
        Sparring.Outcome first = sparring("train", "tiny.yaml", "--run", "r", "--json");
        JsonNode trained = read(true).get("r");
        sparring("train", "--resume", "r", "--set", "budget.env-steps=1600", "--json");
        Sparring.Outcome swept = sparring("sweep", "sweep.yaml", "--run", "s", "--json");
        // A server without a processor to itself misses some, which the next session sends.
        while (swept.stderr().contains("not written there")) {
            swept = sparring("sweep", "--resume", "s", "--json");
        }
        JsonNode all = read(true);

        assertThat(trained.get("status").asText()).isEqualTo("FINISHED");
        assertThat(trained.at("/params/environment.id").asText()).isEqualTo("CartPole-v1");
        assertThat(trained.get("tags").get("sparring.params_sha256"))
                .isEqualTo(first.json().get("params_sha256"));
        assertThat(trained.get("metrics").get("rollout/ep_rew_mean"))
                .isEqualTo(first.json().get("mean_return"));
        assertThat(trained.get("steps").get("train/entropy")).hasSize(40);
        JsonNode resumed = all.get("r");
        assertThat(resumed.get("id")).isEqualTo(trained.get("id"));
        assertThat(resumed.get("steps").get("train/entropy")).hasSize(50);
        assertThat(resumed.at("/tags/resumed.budget.env-steps").asText()).isEqualTo("1600");

        JsonNode sweep = all.get("s");
        assertThat(sweep.get("status").asText()).isEqualTo("FINISHED");
        assertThat(sweep.get("metrics").get("best_score").asDouble())
                .isEqualTo(swept.json().get("best_score").asDouble());
        assertThat(sweep.get("metrics").get("failed").asInt()).isEqualTo(2);
        for (int trial = 0; trial < 6; trial++) {
            JsonNode child = all.get("trial " + trial);
            assertThat(child.get("tags").get("mlflow.parentRunId")).isEqualTo(sweep.get("id"));
            assertThat(child.get("status").asText()).isEqualTo(trial < 4 ? "FINISHED" : "FAILED");
        }
        assertThat(all.at("/trial 4/tags/sparring.reason").asText()).contains("a2c.gamma: expected");

        // What comes with mlflow: the sweep's tables by pandas.
        JsonNode tables = python("""
                import json, sys, pandas
                trials = pandas.read_parquet(sys.argv[1] + "/trials.parquet")
                reports = pandas.read_parquet(sys.argv[1] + "/reports.parquet")
                print(json.dumps({
                    "states": trials["state"].value_counts().to_dict(), "gamma": list(trials["a2c.gamma"]),
                    "types": {name: str(kind) for name, kind in trials.dtypes.items()},
                    "best": trials["score"].max(),
                    "last": reports.groupby("trial")["env_steps"].max().to_list()}))
                """, work.resolve("s").toString());
        assertThat(tables.at("/states/failed").asInt()).isEqualTo(2);
        assertThat(tables.get("gamma").toString()).isEqualTo("[0.9,0.9,0.99,0.99,1.5,1.5]");
        assertThat(tables.at("/types/score").asText()).isEqualTo("float64");
        assertThat(tables.at("/types/confirms").asText()).isEqualTo("bool");
        assertThat(tables.get("last"))
                .hasSize(6)
                .anySatisfy(steps -> assertThat(steps.asInt()).isEqualTo(1280));
    }
}
