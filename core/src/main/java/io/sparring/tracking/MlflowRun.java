package io.sparring.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A run with what of it has not been sent yet. What waits is guarded by the {@link Mlflow} that it belongs to; where it is on the server is known to that
 * one's thread alone.
 */
final class MlflowRun implements TrackedRun {
    /** MLflow's limits of a request: 1,000 numbers, parameters and tags in all, 100 of each of these two, 1 MB. */
    private static final int MOST_ENTRIES = 1_000;

    private static final int MOST_TEXTS = 100;
    private static final int MOST_BYTES = 900_000;
    /** What all of MLflow's stores take. */
    private static final int LONGEST_KEY = 250;

    static final int LONGEST_PARAMETER = 6_000;
    private static final int LONGEST_TAG = 5_000;

    private final Mlflow mlflow;
    final MlflowRun parent;
    final String key;
    final String name;
    /** Tells it from all others, before the server has a name for it. */
    final String creation = UUID.randomUUID().toString();

    final long start = System.currentTimeMillis();
    /** From the session before. */
    final String kept;

    final Consumer<String> keep;

    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, String> tags = new LinkedHashMap<>();
    private final Deque<Point> points = new ArrayDeque<>();
    /** Of curves, as MLflow takes them. */
    private final Map<String, String> names = new HashMap<>();

    private End end;
    private long endMillis;

    /** On the server; null: it does not know it yet. */
    String id;

    String experimentId;
    /** Whether the server will have nothing of it. */
    boolean unwanted;

    private KnownRun known = KnownRun.NOTHING;
    /** Whether its numbers or its end are not those that the server had from an earlier session. */
    private boolean changed;

    /** A number of a curve. */
    record Point(String key, double value, long millis, long step) {}

    /**
     * What one request carries.
     *
     * @param points how many numbers
     */
    record Batch(ObjectNode json, int points) {
        boolean isEmpty() {
            return points == 0 && !has("params") && !has("tags");
        }

        boolean has(String part) {
            return json.has(part);
        }

        Batch withoutParameters() {
            ObjectNode rest = json.deepCopy();
            rest.remove("params");
            return new Batch(rest, points);
        }

        /** Its parameters alone, none longer than that. */
        Batch parameters(int longest) {
            ObjectNode own = JsonNodeFactory.instance.objectNode();
            own.set("run_id", json.get("run_id"));
            ArrayNode shorter = own.putArray("params");
            for (JsonNode parameter : json.get("params")) {
                put(
                        shorter,
                        parameter.get("key").asText(),
                        cut(parameter.get("value").asText(), longest));
            }
            return new Batch(own, 0);
        }
    }

    MlflowRun(
            Mlflow mlflow,
            MlflowRun parent,
            String key,
            String name,
            Map<String, ?> parameters,
            Map<String, String> tags,
            String kept,
            Consumer<String> keep) {
        this.mlflow = mlflow;
        this.parent = parent;
        this.key = key;
        this.name = name;
        this.kept = kept;
        this.keep = keep;
        parameters.forEach((parameter, value) ->
                this.parameters.put(named(parameter), cut(String.valueOf(value), LONGEST_PARAMETER)));
        tags.forEach((tag, value) -> this.tags.put(named(tag), cut(value, LONGEST_TAG)));
    }

    @Override
    public void numbers(long step, double wallTime, Map<String, Double> values) {
        mlflow.told(
                this,
                values.size(),
                () -> values.forEach((curve, value) -> {
                    if (Double.isFinite(value)) {
                        points.add(new Point(
                                names.computeIfAbsent(curve, MlflowRun::named), value, (long) (wallTime * 1000), step));
                    }
                }));
    }

    @Override
    public void tag(String tag, String value) {
        mlflow.told(this, 0, () -> tags.put(named(tag), cut(value, LONGEST_TAG)));
    }

    @Override
    public void ended(End how) {
        mlflow.told(this, 0, () -> {
            end = how;
            endMillis = System.currentTimeMillis();
        });
    }

    @Override
    public TrackedRun child(String childKey, String childName, Map<String, ?> own, Map<String, String> ownTags) {
        return new MlflowRun(mlflow, this, childKey, childName, own, ownTags, null, ignored -> {});
    }

    @Override
    public void earlier(BooleanSupplier tellNext) {
        mlflow.earlier(this, tellNext);
    }

    /** How many numbers wait. */
    int waiting() {
        return points.size();
    }

    /** Whether nothing waits. */
    boolean isIdle() {
        return points.isEmpty() && parameters.isEmpty() && tags.isEmpty() && end == null;
    }

    void forget() {
        points.clear();
        parameters.clear();
        tags.clear();
        end = null;
    }

    /** What makes it known to the server. */
    ObjectNode creation(String experiment, String parentId) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("experiment_id", experiment);
        json.put("run_name", name);
        json.put("start_time", start);
        ArrayNode all = json.putArray("tags");
        put(all, "mlflow.runName", name);
        put(all, "mlflow.source.name", "sparring");
        put(all, "mlflow.source.type", "JOB");
        put(all, Mlflow.CREATION, creation);
        put(all, "mlflow.user", System.getProperty("user.name"));
        if (parent != null) {
            put(all, "mlflow.parentRunId", parentId);
            put(all, Mlflow.KEY, key);
        }
        return json;
    }

    /** Whether the server knows it from an earlier session. */
    boolean goesOn() {
        return known != KnownRun.NOTHING;
    }

    /** @param before what is not sent again */
    void goesOnFrom(KnownRun before) {
        known = before;
        id = before.id();
        experimentId = before.experimentId();
        // Parameters are for ever; what has changed since is told otherwise.
        before.parameters().forEach((parameter, hash) -> {
            String now = parameters.remove(parameter);
            if (now != null && now.hashCode() != hash) {
                tags.put(named("resumed." + parameter), cut(now, LONGEST_TAG));
            }
        });
    }

    /** The next that can go in one request; empty when nothing waits. What was taken does not wait any more. */
    Batch take() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("run_id", id);
        tags.entrySet().removeIf(tag -> known.hasTag(tag.getKey(), tag.getValue()));
        if (goesOn()) {
            known.tags().keySet().removeAll(tags.keySet());
        }
        int bytes = texts(json, "params", parameters, 0);
        bytes = texts(json, "tags", tags, bytes);
        int entries = json.path("params").size() + json.path("tags").size();
        ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
        int taken = 0;
        while (!points.isEmpty() && entries + metrics.size() < MOST_ENTRIES && bytes < MOST_BYTES) {
            Point point = points.remove();
            taken++;
            if (known.hasPoint(point.key(), point.step())) {
                continue;
            }
            ObjectNode metric = metrics.addObject();
            metric.put("key", point.key());
            metric.put("value", point.value());
            metric.put("timestamp", point.millis());
            metric.put("step", point.step());
            bytes += metric.toString().length();
        }
        if (!metrics.isEmpty()) {
            changed = true;
            json.set("metrics", metrics);
        }
        return new Batch(json, taken);
    }

    private static int texts(ObjectNode json, String part, Map<String, String> texts, int before) {
        int bytes = before;
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Iterator<Map.Entry<String, String>> next = texts.entrySet().iterator();
                next.hasNext() && all.size() < MOST_TEXTS && bytes < MOST_BYTES / 2; ) {
            Map.Entry<String, String> entry = next.next();
            put(all, entry.getKey(), entry.getValue());
            // A character has at most three bytes in UTF-8 for each of Java's.
            bytes += 40 + 3 * (entry.getKey().length() + entry.getValue().length());
            next.remove();
        }
        if (!all.isEmpty()) {
            json.set(part, all);
        }
        return bytes;
    }

    /** Its state, if the server has another one; else null. A part that has stood still keeps the time of its end. */
    ObjectNode takeEnd() {
        End now = end;
        end = null;
        if (now == null || parent != null && !changed && known.status().equals(now.name())) {
            return null;
        }
        changed = true;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("run_id", id);
        json.put("status", now.name());
        json.put("end_time", endMillis);
        return json;
    }

    private static void put(ArrayNode all, String key, String value) {
        all.addObject().put("key", key).put("value", value);
    }

    /** As MLflow takes names: letters, digits, _ - . space and /, and no path that could be written shorter. */
    private static String named(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_\\-. /]", "_")
                .replaceAll("/(?=/)", "_")
                .replaceAll("(^|(?<=/))\\.{1,2}(?=/|$)", "_")
                .replaceAll("^/|/$", "_");
        return cut(plain.isEmpty() ? "_" : plain, LONGEST_KEY);
    }

    /** Never in the middle of a character. */
    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end);
    }
}
