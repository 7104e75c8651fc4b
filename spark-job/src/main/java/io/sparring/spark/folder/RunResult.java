package io.sparring.spark.folder;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.sparring.Returns;
import io.sparring.algorithm.Counters;
import io.sparring.configuration.Configuration;
import io.sparring.run.CheckpointFile;
import java.util.Locale;

/**
 * What came of a run so far, as scripts read it.
 *
 * @param meanReturn of the last episodes of training; null before the first ended
 * @param bestReturn of the best evaluation; null before the first
 * @param solvedAtSteps null where no evaluation reached the target
 * @param bestParamsSha256 null before the first evaluation
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RunResult(
        long envSteps,
        long rounds,
        long episodes,
        Double meanReturn,
        Double bestReturn,
        Double lastReturn,
        Long solvedAtSteps,
        Double solvedAtSeconds,
        double seconds,
        double envStepsPerSecond,
        String paramsSha256,
        String bestParamsSha256,
        int droppedGradients,
        String reason,
        String run) {

    /** The reason of a run that has not said how it ended. */
    static final String UNFINISHED = "unfinished";

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param parameters of the last model; null where there is no checkpoint that has them
     * @param bestParameters null before the first evaluation
     * @param lastReturn of the last evaluation; null where that is not known
     */
    public static RunResult of(
            Counters counters,
            float[] parameters,
            float[] bestParameters,
            Double lastReturn,
            String reason,
            RunFolder folder) {
        return new RunResult(
                counters.envSteps(),
                counters.round(),
                counters.episodes(),
                Double.isNaN(counters.meanReturn()) ? null : counters.meanReturn(),
                Double.isInfinite(counters.bestReturn()) ? null : counters.bestReturn(),
                lastReturn,
                counters.solvedAtSteps() < 0 ? null : counters.solvedAtSteps(),
                counters.solvedAtSteps() < 0 ? null : counters.solvedAtSeconds(),
                counters.seconds(),
                counters.seconds() == 0 ? 0 : counters.envSteps() / counters.seconds(),
                parameters == null ? null : CheckpointFile.sha256(parameters),
                bestParameters == null ? null : CheckpointFile.sha256(bestParameters),
                counters.droppedGradients(),
                reason,
                folder.name());
    }

    /** On one line. */
    public String json() {
        return json(this);
    }

    /** Any value on one line. */
    public static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The run's end in one sentence. */
    @JsonIgnore
    public String sentence(Configuration configuration) {
        String steps = String.format(Locale.ROOT, "%,d steps", envSteps);
        if (paramsSha256 == null) {
            return "Killed, or still running: there is no checkpoint yet.";
        }
        if (solvedAtSteps != null) {
            return String.format(
                    Locale.ROOT,
                    "Solved: an evaluation of %d episodes reached %s after %,d steps and %.1f s; best %s.",
                    configuration.evaluation().episodes(),
                    configuration.budget().targetReturn(),
                    solvedAtSteps,
                    solvedAtSeconds,
                    Returns.text(bestReturn));
        }
        String returns = bestReturn == null
                ? meanReturn == null ? "no episode ended" : "mean return " + Returns.text(meanReturn)
                : "best evaluation " + Returns.text(bestReturn)
                        + (lastReturn == null ? "" : ", the last one " + Returns.text(lastReturn));
        if (reason.equals(UNFINISHED)) {
            return "Killed, or still running: " + steps + " so far, " + returns + ".";
        }
        return (reason.equals("requested") ? "Stopped" : "Ended") + " after " + steps + ": " + returns + ".";
    }

    /** A constant's name as configurations have it. */
    public static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
