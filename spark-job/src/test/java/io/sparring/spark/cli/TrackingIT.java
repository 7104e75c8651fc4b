package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MLflow is told, and what it is not. A real server has {@link MlflowIT}. */
class TrackingIT {
    private static final String TOKEN = "dapi0123456789abcdef";
    /** What each of our requests takes from its answer. */
    private static final String ANSWER =
            "{\"experiment\": {\"experiment_id\": \"1\"}, \"run\": {\"info\": {\"run_id\": \"abc\"}}}";

    @TempDir
    private Path work;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(work.resolve("tiny.yaml"), """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                network: {kind: shared, hidden: [8]}
                a2c: {shards: 1, rollout-length: 8}
                optimizer: {kind: adam}
                budget: {env-steps: 1280}
                evaluation: {every-env-steps: 640, episodes: 2}
                """);
        Files.writeString(work.resolve("sweep.yaml"), "{base: tiny.yaml, space: {a2c.gamma: {grid: [0.9, 0.99]}}}");
    }

    private Sparring.Outcome sparring(String address, String... words) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>();
        environment.put("MLFLOW_TRACKING_URI", address);
        environment.put("MLFLOW_TRACKING_TOKEN", TOKEN);
        List<String> all = new ArrayList<>(List.of("--master", "local[1]"));
        all.addAll(List.of(words));
        try (Sparring sparring = Sparring.start(work, environment, all.toArray(String[]::new))) {
            return sparring.outcome();
        }
    }

    @Test
    void aTrainingAndASweepAreToldOrNotAndNoSecretIsLeftBehind() throws IOException, InterruptedException {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer " + TOKEN);
            told.add(exchange.getRequestURI().getPath().replaceFirst(".*/mlflow/", "") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort();

        Sparring.Outcome trained = sparring(address, "train", "tiny.yaml", "--run", "r", "--json");
        server.stop(0);
        Sparring.Outcome swept = sparring(address, "sweep", "sweep.yaml", "--run", "s", "--json");

        assertThat(trained.exit()).as(trained.toString()).isZero();
        assertThat(told)
                .anySatisfy(request ->
                        assertThat(request).startsWith("runs/create ").contains("\"run_name\":\"r\""));
        assertThat(String.join("\n", told))
                .contains(
                        "{\"key\":\"environment.id\",\"value\":\"CartPole-v1\"}",
                        "{\"key\":\"sparring.seed\",\"value\":\"0\"}")
                .contains("\"rollout/ep_rew_mean\"", "\"eval/mean_reward\"", "\"train/entropy\"")
                .contains(trained.json().get("params_sha256").asText());
        assertThat(told).last().asString().startsWith("runs/update ").contains("\"FINISHED\"");
        assertThat(trained.stderr()).contains("MLflow shows this at " + address + "/#/experiments/1/runs/abc");
        assertThat(work.resolve("r/tracking.json")).content().contains("\"run_id\":\"abc\"");
        // Nobody is there any more.
        assertThat(swept.exit()).as(swept.toString()).isZero();
        assertThat(swept.json().get("finished").asInt()).isEqualTo(2);
        assertThat(swept.complaints())
                .filteredOn(line -> line.contains("MLflow"))
                .hasSize(2);
        assertThat(trained + "\n" + swept).doesNotContain(TOKEN);
        try (Stream<Path> files = Files.walk(work)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(TOKEN));
        }
    }

    @Test
    void anAddressThatIsNoneIsBadInput() throws IOException, InterruptedException {
        Sparring.Outcome outcome = sparring("http://me:" + TOKEN + "@nowhere:port", "train", "tiny.yaml", "--run", "r");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .last()
                .asString()
                .startsWith("sparring: MLFLOW_TRACKING_URI: expected an address such as ");
        assertThat(outcome.toString()).doesNotContain(TOKEN);
        assertThat(work.resolve("r")).doesNotExist();
    }
}
