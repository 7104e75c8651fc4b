package io.sparring.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/**
 * What a server knows of a run from an earlier session. There may be thousands of them: of texts there are hashes.
 *
 * @param id the server's
 * @param status how it stands, in MLflow's words
 * @param steps the last ones of its curves
 * @param parameters hashes of their values
 * @param tags hashes of their values, of those that have not been told anew
 */
record KnownRun(
        String id,
        String experimentId,
        String status,
        Map<String, Long> steps,
        Map<String, Integer> parameters,
        Map<String, Integer> tags) {
    /** Of a run that begins. */
    static final KnownRun NOTHING = new KnownRun(null, null, "", Map.of(), Map.of(), Map.of());

    /** @param run as the server shows it */
    static KnownRun of(JsonNode run) {
        JsonNode info = run.path("info");
        JsonNode data = run.path("data");
        Map<String, Long> steps = new HashMap<>();
        data.path("metrics")
                .forEach(metric -> steps.merge(
                        metric.path("key").asText().intern(),
                        metric.path("step").asLong(),
                        Math::max));
        return new KnownRun(
                info.path("run_id").asText(),
                info.path("experiment_id").asText(),
                info.path("status").asText(),
                steps,
                hashes(data.path("params")),
                hashes(data.path("tags")));
    }

    private static Map<String, Integer> hashes(JsonNode texts) {
        Map<String, Integer> hashes = new HashMap<>();
        // The same few keys come with every run.
        texts.forEach(text -> hashes.put(
                text.path("key").asText().intern(), text.path("value").asText().hashCode()));
        return hashes;
    }

    /** Whether it has that tag with that value. */
    boolean hasTag(String key, String value) {
        Integer hash = tags.get(key);
        return hash != null && hash == value.hashCode();
    }

    /** Whether it has that point of a curve, or a later one. */
    boolean hasPoint(String curve, long step) {
        Long last = steps.get(curve);
        return last != null && step <= last;
    }
}
