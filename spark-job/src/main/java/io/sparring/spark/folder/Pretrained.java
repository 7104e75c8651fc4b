package io.sparring.spark.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.spark.session.Console;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a pretraining was and has come to: {@value #FILE} in its folder.
 *
 * @param from the table
 * @param method how actions were counted
 * @param rows that were good
 * @param episodes they make up, and parts of such
 * @param badRows that were left out
 * @param epochs done
 * @param best which of them was the best
 * @param policyLoss −log π of the rows that it learned from, after the best epoch
 * @param accuracy how many of their actions it would take, likewise; null where actions are numbers
 * @param explainedVariance of the critic, likewise; null where all it learns is alike
 * @param heldOutPolicyLoss of the episodes held out; null where there are none, as the following
 * @param heldOutAccuracy likewise
 * @param heldOutExplainedVariance likewise
 * @param seconds that it took
 * @param paramsSha256 of the best parameters
 */
public record Pretrained(
        String from,
        String method,
        long rows,
        long episodes,
        long badRows,
        int epochs,
        int best,
        double policyLoss,
        Double accuracy,
        Double explainedVariance,
        Double heldOutPolicyLoss,
        Double heldOutAccuracy,
        Double heldOutExplainedVariance,
        double seconds,
        String paramsSha256,
        String run) {
    /** The file's name. */
    public static final String FILE = "pretraining.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** On one line. */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What came of it. */
    public String sentence() {
        boolean judged = heldOutPolicyLoss != null;
        Double agrees = judged ? heldOutAccuracy : accuracy;
        return String.format(
                Locale.ROOT,
                "Pretrained: %,d rows of %,d episodes, %s, the best of them %d; loss %.3f%s%s.",
                rows,
                episodes,
                epochs == 1 ? "1 epoch" : epochs + " epochs",
                best,
                judged ? heldOutPolicyLoss : policyLoss,
                agrees == null ? "" : String.format(Locale.ROOT, ", %.1f %% of the actions", 100 * agrees),
                judged ? ", on episodes held out" : ", on what it has learned from");
    }

    /** Of the pretraining in this folder; null where there is none. */
    static Pretrained of(RunFolder folder) throws IOException {
        try {
            return JSON.readValue(new String(folder.read(FILE), StandardCharsets.UTF_8), Pretrained.class);
        } catch (FileNotFoundException none) {
            return null;
        } catch (JsonProcessingException e) {
            Console.say(folder.name() + "/" + FILE + " is not used: " + e.getOriginalMessage());
            return null;
        }
    }
}
