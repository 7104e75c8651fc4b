package io.sparring.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.tracking.TrackedRun.End;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlflowTest {
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String TOKEN = "dapi0123456789abcdef";

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<String> kept = new AtomicReference<>();
    private FakeMlflow server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeMlflow();
    }

    @AfterEach
    void nothingWasAgainstTheDocumentation() {
        server.close();
        assertThat(server.faults).isEmpty();
    }

    private Mlflow mlflow(Map<String, String> more, Duration last) {
        Map<String, String> environment = new HashMap<>(more);
        environment.putIfAbsent(Tracking.VARIABLE, server.uri().toString());
        return new Mlflow(MlflowServer.of(environment).orElseThrow(), said::add, SOON, last);
    }

    private TrackedRun run(Tracking tracking, Map<String, ?> parameters) {
        return tracking.run("r", parameters, Map.of("sparring.seed", "3"), kept.get(), kept::set);
    }

    private static List<Long> steps(FakeMlflow.Run run, String key) {
        return run.metrics.stream()
                .filter(metric -> metric.get("key").asText().equals(key))
                .map(metric -> metric.get("step").asLong())
                .toList();
    }

    @Test
    void aRunHasItsParametersNumbersTagsAndEnd() {
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of("a2c.gamma", 0.99));
            run.numbers(256, 1.5, Map.of("rollout/ep_rew_mean", 21.5, "train/entropy", Double.NaN));
            run.tag("sparring.reason", "target-return");
            run.ended(End.FINISHED);
        }

        FakeMlflow.Run run = server.run("r");
        assertThat(run.parameters).containsExactly(Map.entry("a2c.gamma", "0.99"));
        assertThat(run.tags)
                .containsEntry("sparring.seed", "3")
                .containsEntry("sparring.reason", "target-return")
                .containsEntry("mlflow.runName", "r");
        assertThat(run.metrics).singleElement().satisfies(metric -> {
            assertThat(metric.get("key").asText()).isEqualTo("rollout/ep_rew_mean");
            assertThat(metric.get("value").asDouble()).isEqualTo(21.5);
            assertThat(metric.get("timestamp").asLong()).isEqualTo(1500);
            assertThat(metric.get("step").asLong()).isEqualTo(256);
        });
        assertThat(run.states).containsExactly("RUNNING", "FINISHED");
        assertThat(server.requests()).startsWith("experiments/get-by-name", "experiments/create", "runs/create");
        assertThat(said).singleElement().asString().endsWith("/#/experiments/7/runs/run0");
    }

    @Test
    void muchIsSentInRequestsThatMlflowTakes() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (int i = 0; i < 250; i++) {
            parameters.put("environment.options.//odd:" + i + "/../ü", "x".repeat(7_000));
        }
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, parameters);
            for (int i = 0; i < 150; i++) {
                run.tag("tag" + i, "ü".repeat(6_000));
            }
            for (int step = 0; step < 3_500; step++) {
                run.numbers(step, step, Map.of("a/b", (double) step));
            }
        }

        FakeMlflow.Run run = server.run("r");
        assertThat(run.parameters)
                .hasSize(250)
                .allSatisfy((key, value) -> assertThat(value).hasSize(6_000));
        assertThat(steps(run, "a/b")).hasSize(3_500).isSorted();
        assertThat(run.tags).containsKeys("tag0", "tag149");
    }

    @Test
    void anOldServersShorterParametersAreEnoughForIt() {
        server.longestParameter = 500;
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of("long", "x".repeat(800), "short", "y")).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(server.run("r").parameters).containsEntry("short", "y").containsEntry("long", "x".repeat(500));
        assertThat(server.run("r").metrics).hasSize(1);
    }

    @Test
    void aNumberThatIsRefusedShortensNoParameter() {
        server.refusesNumbers = true;
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of("long", "x".repeat(800))).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(server.run("r").parameters).containsEntry("long", "x".repeat(800));
    }

    @Test
    void aRunGoesOnWhereItWasAndSaysNothingTwice() {
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of("budget.env-steps", 1000, "a2c.gamma", 0.9));
            for (int step = 1; step <= 5; step++) {
                run.numbers(step, step, Map.of("a", 1.0));
            }
            run.numbers(3, 3, Map.of("eval", 1.0));
            run.ended(End.KILLED);
        }
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of("budget.env-steps", 2000, "a2c.gamma", 0.9));
            for (int step = 4; step <= 7; step++) {
                run.numbers(step, step, Map.of("a", 1.0));
            }
            run.numbers(6, 6, Map.of("eval", 1.0));
            run.ended(End.FINISHED);
        }

        FakeMlflow.Run run = server.run("r");
        assertThat(steps(run, "a")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(steps(run, "eval")).containsExactly(3L, 6L);
        assertThat(run.parameters).containsEntry("budget.env-steps", "1000");
        assertThat(run.tags).containsEntry("resumed.budget.env-steps", "2000").doesNotContainKey("resumed.a2c.gamma");
        assertThat(run.states).containsExactly("RUNNING", "KILLED", "RUNNING", "FINISHED");
    }

    @Test
    void whatAnotherServerCalledItIsNotAskedFor() {
        kept.set("{\"mlflow\":\"http://elsewhere:1\",\"run_id\":\"run5\"}");
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).ended(End.FINISHED);
        }
        kept.set(kept.get().replace("run0", "gone"));
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).ended(End.FINISHED);
        }

        assertThat(server.runs).hasSize(2);
        assertThat(server.requests()).doesNotContain("runs/search");
    }

    @Test
    void partsAreNestedAndFoundAgain() {
        for (int session = 0; session < 2; session++) {
            try (Tracking tracking = mlflow(Map.of(), LONG)) {
                TrackedRun run = run(tracking, Map.of());
                for (int part = 0; part <= session; part++) {
                    TrackedRun child = run.child("" + part, "trial " + part, Map.of("a2c.gamma", part), Map.of());
                    child.numbers(10, 1, Map.of("score", 1.0));
                    child.numbers(20 + session, 1, Map.of("score", 2.0));
                    child.ended(End.FAILED);
                }
            }
        }

        assertThat(server.runs).hasSize(3);
        assertThat(server.run("trial 0").tags).containsEntry("mlflow.parentRunId", "run0");
        assertThat(steps(server.run("trial 0"), "score")).containsExactly(10L, 20L, 21L);
        assertThat(steps(server.run("trial 1"), "score")).containsExactly(10L, 21L);
        assertThat(server.run("trial 1").state()).isEqualTo("FAILED");
    }

    @Test
    void aPartThatStandsAsItDidIsNotToldAgain() {
        for (int session = 0; session < 2; session++) {
            server.requests.clear();
            try (Tracking tracking = mlflow(Map.of(), LONG)) {
                TrackedRun run = run(tracking, Map.of());
                for (int part = 0; part < 5; part++) {
                    TrackedRun child =
                            run.child("" + part, "trial " + part, Map.of("seed", part), Map.of("candidate", "3"));
                    child.numbers(10, 1, Map.of("score", 1.0));
                    child.tag("state", part == 3 && session == 1 ? "failed" : "stopped");
                    child.ended(part == 3 && session == 1 ? End.FAILED : End.FINISHED);
                    if (part == 4 && session == 1) {
                        child.numbers(20, 1, Map.of("score", 1.0));
                    }
                }
            }
        }

        for (int part = 0; part < 5; part++) {
            FakeMlflow.Run trial = server.run("trial " + part);
            assertThat(trial.ends).as("trial " + part).hasSize(part < 3 ? 1 : 2);
            assertThat(trial.tags).containsEntry("state", part == 3 ? "failed" : "stopped");
        }
        assertThat(server.requests())
                .containsOnly("runs/get", "runs/update", "runs/search", "runs/log-batch")
                .filteredOn(request -> request.equals("runs/log-batch"))
                .hasSize(2);
    }

    /** More than fits into memory at once. */
    @Test
    void whatTheServerHasMissedIsSentHoweverMuchItKnows() {
        int many = 12_000;
        server.page = many;
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).ended(End.KILLED);
        }
        for (int part = 0; part < many - 3; part++) {
            FakeMlflow.Run known = new FakeMlflow.Run("trial " + part);
            known.tags.put("mlflow.parentRunId", "run0");
            known.tags.put(Mlflow.KEY, "" + part);
            server.runs.put("run" + (part + 1), known);
        }
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of());
            AtomicInteger next = new AtomicInteger();
            run.earlier(() -> {
                int part = next.getAndIncrement();
                if (part < many) {
                    TrackedRun child = run.child("" + part, "trial " + part, Map.of(), Map.of());
                    child.tag(Mlflow.KEY, "" + part);
                    if (part >= many - 3) {
                        child.numbers(10, 1, Map.of("score", 1.0));
                    }
                }
                return part < many;
            });
        }

        assertThat(server.runs.values()).hasSize(many + 1);
        assertThat(server.run("trial " + (many - 1)).metrics).hasSize(1);
        assertThat(server.requests())
                .filteredOn(request -> request.equals("runs/create"))
                .hasSize(4);
        assertThat(said).noneMatch(line -> line.contains("not written"));
    }

    @Test
    void whoHasNoPartsIsNotAskedForThem() {
        for (int session = 0; session < 2; session++) {
            try (Tracking tracking = mlflow(Map.of(), LONG)) {
                run(tracking, Map.of()).ended(End.FINISHED);
            }
        }

        assertThat(server.requests()).contains("runs/get").doesNotContain("runs/search");
    }

    @Test
    void whoWeAreIsInEveryRequest() {
        Map<Map<String, String>, String> headers = new LinkedHashMap<>();
        headers.put(Map.of(), "null");
        headers.put(Map.of("MLFLOW_TRACKING_TOKEN", " " + TOKEN + "\n"), "Bearer " + TOKEN);
        headers.put(
                Map.of("MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "pässword"),
                "Basic bWU6cMOkc3N3b3Jk");
        headers.put(Map.of(Tracking.VARIABLE, server.uri().toString().replace("//", "//me:pw@")), "Basic bWU6cHc=");
        headers.put(
                Map.of(
                        Tracking.VARIABLE,
                        "databricks",
                        "DATABRICKS_HOST",
                        server.uri() + "/",
                        "DATABRICKS_TOKEN",
                        TOKEN,
                        "MLFLOW_EXPERIMENT_NAME",
                        "/Users/me"),
                "Bearer " + TOKEN);
        headers.forEach((variables, header) -> {
            server.authorizations.clear();
            try (Tracking tracking = mlflow(variables, LONG)) {
                run(tracking, Map.of()).ended(End.FINISHED);
            }
            assertThat(server.authorizations).hasSizeGreaterThan(2).containsOnly(header);
        });
        assertThat(said).noneMatch(line -> line.contains("pw") || line.contains(TOKEN));
    }

    @Test
    void anAnswerOf429IsWaitedForAsLongAsItSays() {
        AtomicInteger first = new AtomicInteger();
        server.does(exchange -> {
            if (first.getAndIncrement() > 0) {
                return false;
            }
            exchange.getResponseHeaders().add("Retry-After", "0");
            FakeMlflow.say(exchange, 429, "slowly");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(server.run("r").metrics).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429})
    void aServerThatFailsIsAskedAgainAndSaidOnce(int status) throws InterruptedException {
        AtomicInteger count = new AtomicInteger();
        CountDownLatch well = new CountDownLatch(1);
        server.does(exchange -> {
            if (count.incrementAndGet() > 6) {
                well.countDown();
                return false;
            }
            FakeMlflow.say(exchange, status, "<html>");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of());
            run.numbers(1, 1, Map.of("a", 1.0));
            well.await();
            run.ended(End.FINISHED);
        }

        assertThat(server.run("r").metrics).hasSize(1);
        assertThat(server.run("r").state()).isEqualTo("FINISHED");
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).contains("it answers " + status);
    }

    /** The run would begin a second time, or nothing be tracked any more. */
    @ParameterizedTest
    @ValueSource(strings = {"experiments/get-by-name", "runs/get", "runs/create", "runs/search", "runs/update"})
    void whatIsNeededIsAskedForUntilTheServerIsWell(String needed) throws InterruptedException {
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).ended(End.KILLED);
        }
        if (needed.startsWith("experiments/")) {
            kept.set(null);
        }
        AtomicInteger count = new AtomicInteger();
        CountDownLatch well = new CountDownLatch(1);
        server.does(exchange -> {
            if (!exchange.getRequestURI().getPath().endsWith(needed)) {
                return false;
            }
            if (count.incrementAndGet() > 10) {
                well.countDown();
                return false;
            }
            FakeMlflow.say(exchange, 500, "<html>");
            return true;
        });
        MlflowServer here = MlflowServer.of(
                        Map.of(Tracking.VARIABLE, server.uri().toString()))
                .orElseThrow();
        try (Tracking tracking = new Mlflow(here, said::add, Duration.ofNanos(1), LONG)) {
            TrackedRun run = run(tracking, Map.of());
            run.child("0", "trial 0", Map.of(), Map.of()).numbers(1, 1, Map.of("a", 1.0));
            well.await();
        }

        assertThat(server.runs).hasSize(needed.startsWith("experiments/") ? 3 : 2);
        assertThat(server.run("trial 0").metrics).hasSize(1);
        assertThat(count).hasValueGreaterThan(10);
        assertThat(said).noneMatch(line -> line.contains("nothing is tracked"));
    }

    /** Whose connection breaks, and whose proxy had no patience; once with nothing done, too. */
    @ParameterizedTest
    @ValueSource(ints = {0, 504})
    void whoseCreationWasNotAnsweredIsNotMadeTwice(int status) throws InterruptedException {
        AtomicInteger made = new AtomicInteger();
        // Of either run.
        CountDownLatch well = new CountDownLatch(2);
        FakeMlflow.Fault lost = exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (!path.endsWith("runs/create") || made.incrementAndGet() > 3) {
                if (path.endsWith("log-batch")) {
                    well.countDown();
                }
                return false;
            }
            if (status != 0) {
                FakeMlflow.say(exchange, status, "<html>");
            }
            return true;
        };
        server.does(exchange -> made.get() == 0 && lost.happens(exchange));
        server.loses(lost);
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of());
            TrackedRun child = run.child("0", "trial 0", Map.of(), Map.of());
            child.numbers(1, 1, Map.of("a", 1.0));
            well.await();
        }

        assertThat(made).hasValue(3);
        assertThat(server.runs).hasSize(2);
        assertThat(server.run("trial 0").metrics).hasSize(1);
        assertThat(server.run("trial 0").tags).containsEntry("mlflow.parentRunId", "run0");
        assertThat(kept.get()).contains("run0");
    }

    @Test
    void whatADeadServerMissesIsSaidAtTheEnd() throws IOException {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = nobody.getLocalPort();
        }
        try (Tracking tracking = mlflow(Map.of(Tracking.VARIABLE, "http://127.0.0.1:" + port), LONG)) {
            TrackedRun run = run(tracking, Map.of());
            for (int step = 0; step < 200_000; step++) {
                run.numbers(step, 1, Map.of("a", 1.0));
            }
            run.ended(End.FINISHED);
        }

        assertThat(said)
                .satisfiesExactly(
                        line -> assertThat(line).contains("no connection"),
                        line -> assertThat(line)
                                .contains("200,000 numbers of this were not written there, nor all else of 1 runs"));
    }

    /** One that takes the connection, and one that sends half an answer. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatHangsIsWaitedForNoLongerThanSaid(boolean halfAnAnswer) {
        server.does(exchange -> {
            if (halfAnAnswer) {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
            }
            try {
                server.ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(), Duration.ofMillis(200))) {
            run(tracking, Map.of()).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(said).last().asString().contains("1 numbers of this were not written there");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 302})
    void oneThatWillHaveNothingIsLeftInPeaceAndRepeatsNoSecret(int status) throws InterruptedException {
        server.does(exchange -> {
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            exchange.getResponseHeaders().add("Location", "http://elsewhere/" + header + "?code=secret");
            FakeMlflow.say(exchange, status, "{\"error_code\": \"\", \"message\": \"no such user: " + header + "\"}");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of("MLFLOW_TRACKING_TOKEN", TOKEN), LONG)) {
            run(tracking, Map.of()).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(server.requests()).hasSize(1);
        assertThat(said).hasSizeBetween(1, 2).noneMatch(line -> line.contains(TOKEN) || line.contains("code=secret"));
        assertThat(said.get(0)).contains("" + status).contains("nothing is tracked from here on");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAnswersWithSomethingElseIsNotTakenForMlflow(boolean goesOn) {
        kept.set(goesOn ? "{\"mlflow\":\"" + server.uri() + "\",\"run_id\":\"run0\"}" : null);
        server.does(exchange -> {
            FakeMlflow.say(exchange, 200, "{\"status\": \"ok\"}");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            run(tracking, Map.of()).numbers(1, 1, Map.of("a", 1.0));
        }

        assertThat(server.requests()).hasSize(1);
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).contains("200, and not as MLflow does; nothing is tracked from here on");
    }

    @Test
    void aPasswordOfTheAddressIsHiddenHoweverItIsRepeated() {
        String address = server.uri().toString().replace("//", "//me:hunter%402@");
        server.does(exchange -> {
            FakeMlflow.say(
                    exchange,
                    403,
                    "{\"error_code\": \"\", \"message\": \"hunter@2 is wrong, and so are hunter%402 and me:hunter@2\"}");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(Tracking.VARIABLE, address), LONG)) {
            run(tracking, Map.of()).ended(End.FINISHED);
        }

        assertThat(said).isNotEmpty().noneMatch(line -> line.contains("hunter"));
        assertThat(said.get(0)).contains("403: … is wrong, and so are … and …");
    }

    @Test
    void numbersThatAreRefusedAreDroppedAndTheRunEndsAllTheSame() {
        server.does(exchange -> {
            if (!exchange.getRequestURI().getPath().endsWith("log-batch")) {
                return false;
            }
            FakeMlflow.say(exchange, 400, "{\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"not\\nso\"}");
            return true;
        });
        try (Tracking tracking = mlflow(Map.of(), LONG)) {
            TrackedRun run = run(tracking, Map.of("a", 1));
            run.numbers(1, 1, Map.of("a", 1.0));
            run.ended(End.FINISHED);
        }

        assertThat(server.run("r").state()).isEqualTo("FINISHED");
        assertThat(said).hasSize(3);
        assertThat(said.get(1)).contains("(400: not)");
        assertThat(said.get(2)).contains("1 numbers");
    }

    @Test
    void whatIsNoServersAddressIsSaidWithoutASecret() {
        Map<String, Map<String, String>> bad = new TreeMap<>();
        bad.put("mlflow.example.org:5000", Map.of());
        bad.put("http://me:" + TOKEN + "@a b", Map.of());
        bad.put("http://me:" + TOKEN + "@", Map.of());
        bad.put("http://" + TOKEN + "@host", Map.of());
        bad.put("http://me:@host", Map.of());
        bad.put("http://under_score:5000", Map.of());
        bad.put("https://host?token=" + TOKEN, Map.of());
        bad.put("https://host:99999999", Map.of());
        bad.put("http://host", Map.of("MLFLOW_TRACKING_TOKEN", TOKEN + "\n" + TOKEN));
        bad.put("http://host/", Map.of("MLFLOW_TRACKING_PASSWORD", TOKEN));
        bad.put("databricks", Map.of("DATABRICKS_TOKEN", TOKEN));
        bad.put("databricks ", Map.of("DATABRICKS_TOKEN", TOKEN, "DATABRICKS_HOST", "a.b"));
        bad.forEach((address, more) -> {
            Map<String, String> environment = new HashMap<>(more);
            environment.put(Tracking.VARIABLE, address);
            assertThatThrownBy(() -> Tracking.of(environment, said::add))
                    .as(address)
                    .isInstanceOf(InvalidConfiguration.class)
                    .hasMessageContaining("expected")
                    .hasNoCause()
                    .message()
                    .doesNotContain(TOKEN)
                    .doesNotContain("\n");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///tmp/mlruns", "file:mlruns", "sqlite:///mlflow.db", "databricks://profile"})
    void whatHasNoRestInterfaceIsSaidAndNotTracked(String address) {
        try (Tracking tracking = Tracking.of(Map.of(Tracking.VARIABLE, address), said::add)) {
            assertThat(tracking).isInstanceOf(NoTracking.class);
        }
        assertThat(said).singleElement().asString().contains("only http://…, https://… and databricks are spoken");
    }

    /** Seen by a loader that loads these classes itself. */
    @Test
    void whereNobodyAsksNothingIsLoadedAndNoThreadBegins() throws Exception {
        List<String> loaded = new ArrayList<>();
        ClassLoader own = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                loaded.add(name);
                if (!name.startsWith("io.sparring.tracking.")) {
                    return super.loadClass(name, resolve);
                }
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        Class<?> tracking = own.loadClass(Tracking.class.getName());
        for (Map<String, String> variables : List.of(Map.<String, String>of(), Map.of(Tracking.VARIABLE, " "))) {
            Object none = tracking.getMethod("of", Map.class, java.util.function.Consumer.class)
                    .invoke(null, variables, null);
            tracking.getMethod("close").invoke(none);
        }

        assertThat(loaded)
                .contains(NoTracking.class.getName())
                .noneMatch(name -> name.contains("Mlflow") || name.startsWith("java.net.http"));
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("mlflow"));
    }
}
