package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as somebody sees it who has only Spark's UI. */
class SparkMetricsIT {
    @TempDir
    private Path work;

    private static String get(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void aRunIsReadInSparksUserInterfaceAndByItsPrometheusSink() throws Exception {
        Files.writeString(work.resolve("tiny.yaml"), """
                algorithm: a2c
                environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
                network: {hidden: [16]}
                a2c: {shards: 2, rollout-length: 16}
                budget: {env-steps: 1000000000}
                evaluation: {every-env-steps: 12800, episodes: 2}
                checkpoint: {every-rounds: 50, every-seconds: 0}
                """);
        try (Sparring sparring = Sparring.start(
                work,
                "--master",
                "local[2]",
                "--conf",
                "spark.ui.enabled=true",
                "--conf",
                "spark.ui.port=0",
                "--conf",
                "spark.metrics.conf.*.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet",
                "--conf",
                "spark.metrics.conf.*.sink.prometheusServlet.path=/metrics/prometheus",
                "--conf",
                "spark.metrics.namespace=run",
                "train",
                "tiny.yaml",
                "--run",
                "run")) {
            sparring.await("a checkpoint", () -> Files.exists(work.resolve("run/checkpoints/last")));
            Matcher userInterface =
                    Pattern.compile("Spark's UI is at (http\\S+)").matcher(sparring.complaints());
            assertThat(userInterface.find()).as(sparring.complaints()).isTrue();
            String address = userInterface.group(1);

            assertThat(get(address + "/jobs/")).containsPattern("round \\d+ · [\\d.kM]+ steps · return \\d+");
            String metrics = get(address + "/metrics/prometheus/");
            Matcher steps = Pattern.compile("metrics_run_driver_sparring_envSteps_Value\\{[^}]*} (\\S+)")
                    .matcher(metrics);
            assertThat(steps.find()).as(metrics).isTrue();
            assertThat(Double.parseDouble(steps.group(1))).isGreaterThanOrEqualTo(50 * 2 * 4 * 16);
            assertThat(metrics)
                    .contains("sparring_envStepsPerSecond", "sparring_meanReturn", "sparring_evaluationReturn");
            sparring.signal("TERM");
            assertThat(sparring.outcome().exit()).isEqualTo(143);
        }
    }
}
