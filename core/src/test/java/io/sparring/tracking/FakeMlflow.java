package io.sparring.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MLflow's tracking server as its REST documentation has it, limits included; fails when it is asked to. */
final class FakeMlflow implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a run is told, in the order of its telling. */
    static final class Run {
        final String name;
        final Map<String, String> tags = new LinkedHashMap<>();
        final Map<String, String> parameters = new LinkedHashMap<>();
        final List<JsonNode> metrics = new ArrayList<>();
        final List<String> states = new ArrayList<>(List.of("RUNNING"));
        /** Those that it was told, by time. */
        final List<Long> ends = new ArrayList<>();

        Run(String name) {
            this.name = name;
        }

        String state() {
            return states.get(states.size() - 1);
        }
    }

    /** What it does in the place of answering. */
    interface Fault {
        /** @return whether this was all */
        boolean happens(HttpExchange exchange) throws IOException;
    }

    final Map<String, Run> runs = new LinkedHashMap<>();
    final List<String> authorizations = new ArrayList<>();
    final List<String> requests = new ArrayList<>();
    /** What was not as documented. */
    final List<String> faults = new ArrayList<>();

    final CountDownLatch ended = new CountDownLatch(1);
    int longestParameter = 6_000;
    boolean refusesNumbers;
    /** How many runs a page of them has at most. */
    int page = 2;

    private String experiment;
    private volatile Fault fault = exchange -> false;
    private volatile Fault loss = exchange -> false;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FakeMlflow() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void does(Fault next) {
        fault = next;
    }

    /** What happens to its answers, once it has done as they say. */
    void loses(Fault next) {
        loss = next;
    }

    /** The only one with such a name. */
    synchronized Run run(String name) {
        return runs.values().stream()
                .filter(run -> run.name.equals(name))
                .reduce((one, other) -> {
                    throw new AssertionError("several " + name);
                })
                .orElseThrow(() -> new AssertionError("none is " + name));
    }

    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath().replaceFirst("^/api/2.0/mlflow/", "");
        synchronized (this) {
            requests.add(path);
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        }
        if (fault.happens(exchange)) {
            exchange.close();
            return;
        }
        ObjectNode answer = JSON.createObjectNode();
        int status;
        synchronized (this) {
            status = answered(
                    exchange.getRequestMethod(),
                    path,
                    exchange.getRequestURI().getRawQuery(),
                    bytes.length == 0 ? null : JSON.readTree(bytes),
                    bytes.length,
                    answer);
        }
        if (loss.happens(exchange)) {
            exchange.close();
            return;
        }
        say(exchange, status, answer.toString());
    }

    static void say(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private int answered(String method, String path, String query, JsonNode body, int bytes, ObjectNode answer) {
        return switch (method + " " + path) {
            case "GET experiments/get-by-name" -> {
                if (experiment == null || !query.equals("experiment_name=" + experiment)) {
                    yield refused(answer, 404, "RESOURCE_DOES_NOT_EXIST", "No such experiment");
                }
                answer.putObject("experiment").put("experiment_id", "7");
                yield 200;
            }
            case "POST experiments/create" -> {
                experiment = body.get("name").asText();
                answer.put("experiment_id", "7");
                yield 200;
            }
            case "POST runs/create" -> {
                require(body.get("experiment_id").asText().equals("7"), "experiment_id");
                require(body.get("start_time").isIntegralNumber(), "start_time");
                Run run = new Run(body.get("run_name").asText());
                String id = "run" + runs.size();
                runs.put(id, run);
                body.path("tags")
                        .forEach(tag -> run.tags.put(
                                tag.get("key").asText(), tag.get("value").asText()));
                answer.putObject("run").set("info", info(id));
                yield 200;
            }
            case "GET runs/get" -> {
                String id = URLDecoder.decode(query.replaceFirst("run_id=", ""), StandardCharsets.UTF_8);
                if (!runs.containsKey(id)) {
                    yield refused(answer, 404, "RESOURCE_DOES_NOT_EXIST", "Run '" + id + "' not found");
                }
                shown(id, answer.putObject("run"));
                yield 200;
            }
            case "POST runs/search" -> {
                search(body, answer);
                yield 200;
            }
            case "POST runs/update" -> {
                require(
                        Set.of("RUNNING", "FINISHED", "FAILED", "KILLED")
                                .contains(body.get("status").asText()),
                        "status");
                Run run = runs.get(body.get("run_id").asText());
                run.states.add(body.get("status").asText());
                if (body.has("end_time")) {
                    run.ends.add(body.get("end_time").asLong());
                }
                yield 200;
            }
            case "POST runs/log-batch" -> batch(body, bytes, answer);
            default -> refused(answer, 404, "ENDPOINT_NOT_FOUND", "No API found");
        };
    }

    /** Those that have a tag, in pages. */
    private void search(JsonNode body, ObjectNode answer) {
        require(body.at("/experiment_ids/0").asText().equals("7"), "experiment_ids");
        Matcher asked = Pattern.compile("tags\\.`(.+)` = '(.+)'")
                .matcher(body.get("filter").asText());
        require(asked.matches(), "filter");
        List<String> found = runs.entrySet().stream()
                .filter(run -> asked.group(2).equals(run.getValue().tags.get(asked.group(1))))
                .map(Map.Entry::getKey)
                .toList();
        int from = body.path("page_token").asInt(0);
        int to = Math.min(
                found.size(), from + Math.min(page, body.path("max_results").asInt(1_000)));
        found.subList(from, to).forEach(id -> shown(id, answer.withArray("runs").addObject()));
        if (to < found.size()) {
            answer.put("next_page_token", "" + to);
        }
    }

    private int batch(JsonNode body, int bytes, ObjectNode answer) {
        JsonNode metrics = body.path("metrics");
        JsonNode params = body.path("params");
        JsonNode tags = body.path("tags");
        require(bytes <= 1_000_000, bytes + " bytes");
        require(metrics.size() <= 1_000, metrics.size() + " metrics");
        require(params.size() <= 100, params.size() + " params");
        require(tags.size() <= 100, tags.size() + " tags");
        require(metrics.size() + params.size() + tags.size() <= 1_000, "more than 1,000 in all");
        Run run = runs.get(body.get("run_id").asText());
        if (refusesNumbers && !metrics.isEmpty()) {
            return refused(answer, 400, "INVALID_PARAMETER_VALUE", "Not such a number");
        }
        Set<String> keys = new HashSet<>();
        for (JsonNode param : params) {
            String key = param.get("key").asText();
            String value = param.get("value").asText();
            require(keys.add(key), key + " twice");
            requireName(key);
            if (value.length() > longestParameter) {
                return refused(answer, 400, "INVALID_PARAMETER_VALUE", "Param value had length " + value.length());
            }
            if (!run.parameters.getOrDefault(key, value).equals(value)) {
                return refused(answer, 400, "INVALID_PARAMETER_VALUE", "Changing param values is not allowed");
            }
        }
        for (JsonNode metric : metrics) {
            requireName(metric.get("key").asText());
            require(metric.get("value").isNumber(), "value");
            require(metric.get("timestamp").isIntegralNumber(), "timestamp");
            require(metric.get("step").isIntegralNumber(), "step");
            run.metrics.add(metric);
        }
        params.forEach(param ->
                run.parameters.put(param.get("key").asText(), param.get("value").asText()));
        tags.forEach(tag -> {
            require(tag.get("value").asText().length() <= 5_000, "a tag's length");
            run.tags.put(tag.get("key").asText(), tag.get("value").asText());
        });
        return 200;
    }

    private void shown(String id, ObjectNode run) {
        Run own = runs.get(id);
        run.set("info", info(id));
        ObjectNode data = run.putObject("data");
        Map<String, JsonNode> latest = new LinkedHashMap<>();
        own.metrics.forEach(metric -> latest.put(metric.get("key").asText(), metric));
        latest.values().forEach(data.withArray("metrics")::add);
        own.parameters.forEach((key, value) ->
                data.withArray("params").addObject().put("key", key).put("value", value));
        own.tags.forEach((key, value) ->
                data.withArray("tags").addObject().put("key", key).put("value", value));
    }

    private ObjectNode info(String id) {
        return JSON.createObjectNode()
                .put("run_id", id)
                .put("experiment_id", "7")
                .put("status", runs.get(id).state())
                .put("lifecycle_stage", "active");
    }

    private void requireName(String name) {
        require(name.matches("[\\w.\\- /]{1,250}") && !name.startsWith("/") && !name.contains("//"), "name " + name);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            faults.add(what);
        }
    }

    private static int refused(ObjectNode answer, int status, String code, String message) {
        answer.put("error_code", code).put("message", message);
        return status;
    }

    @Override
    public void close() {
        ended.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
