package io.sparring.tracking;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.tracking.TrackedRun.End;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A sweep as a tracked run whose parts are its trials, told from the events of its ledger. A trial that pauses counts as ended until it goes on: there
 * may be thousands of them.
 */
public final class SweepTracking implements Sweep.Journal {
    private final Sweep.Journal journal;
    private TrackedRun run;
    private Sweep sweep;
    /** In the ledger. */
    private int events;

    private final Map<Integer, TrackedRun> trials = new HashMap<>();

    /** @param journal where events go first */
    public SweepTracking(Sweep.Journal journal) {
        this.journal = journal;
    }

    /**
     * What is told from here on. Before anybody works.
     *
     * @param earlier events of earlier sessions, some of which may never have been told
     */
    public void begin(TrackedRun tracked, Sweep own, List<Map<String, Object>> earlier) {
        run = tracked;
        sweep = own;
        events += earlier.size();
        earlier.forEach(this::tell);
    }

    /** What a sweep was asked for: what its trials share, and how it searches. */
    public static Map<String, Object> parameters(SweepFile file) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("sweep.trials", file.trials());
        parameters.put("sweep.space", String.join(", ", file.space().keys()));
        parameters.put("sweep.sampler", lower(file.sampler()));
        parameters.put("sweep.scheduler", file.scheduler().kind());
        file.scheduler().settings().forEach((key, value) -> parameters.put("sweep.scheduler." + key, value));
        parameters.put("sweep.metric", lower(file.metric()));
        parameters.put("sweep.seed", file.seed());
        parameters.putAll(ConfigurationFile.valuesUsed(file.configuration(List.of())));
        // Of these each trial has its own.
        file.space().keys().forEach(parameters::remove);
        if (!file.space().seeds().isEmpty()) {
            parameters.remove("seed");
        }
        return parameters;
    }

    /** Tells what came of it, and says what kind of end that is. */
    public End ended() {
        if (run == null) {
            return End.FINISHED;
        }
        SweepResult result = sweep.result();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("trials", (double) result.trials().size());
        numbers.put("finished", (double) result.count(Trial.State.FINISHED));
        numbers.put("stopped_early", (double) result.count(Trial.State.STOPPED));
        numbers.put("failed", (double) result.count(Trial.State.FAILED));
        numbers.put("best_score", result.bestScore());
        // All else may stand still between two sessions, and of a step that the server has it takes nothing more.
        run.numbers(events, now(), numbers);
        if (result.best() != null) {
            run.tag("sparring.best_trial", Integer.toString(result.best().number()));
        }
        return !sweep.isOver()
                ? End.KILLED
                : result.count(Trial.State.FAILED) == result.trials().size() ? End.FAILED : End.FINISHED;
    }

    @Override
    public void append(Map<String, Object> event) {
        journal.append(event);
        events++;
        if (run != null) {
            tell(event);
        }
    }

    private void tell(Map<String, Object> event) {
        if (!"slice".equals(event.get("event"))) {
            return;
        }
        int number = ((Number) event.get("trial")).intValue();
        Trial trial = sweep.trial(number);
        TrackedRun own = trials.computeIfAbsent(number, none -> begun(trial));
        String ended = (String) event.get("ended");
        if (!SliceResult.FAILED.equals(ended)) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            for (String key : List.of("score", "round", "episodes", "seconds")) {
                // Of a score there may be none.
                if (event.get(key) instanceof Number value) {
                    numbers.put(key, value.doubleValue());
                }
            }
            own.numbers(((Number) event.get("env_steps")).longValue(), now(), numbers);
        }
        if (sweep.file().takesOver()) {
            own.tag("sparring.settings", String.join(" ", trial.point().overrides()));
        }
        String failure = (String) event.get("failure");
        own.tag("sparring.state", failure != null ? "failed" : ended != null ? "finished" : "stopped");
        if (ended != null) {
            own.tag("sparring.reason", failure != null ? failure : ended);
            if (!sweep.file().takesOver()) {
                trials.remove(number);
            }
        }
        own.ended(failure != null ? End.FAILED : End.FINISHED);
    }

    private TrackedRun begun(Trial trial) {
        Map<String, Object> parameters = new LinkedHashMap<>(trial.point().values());
        if (trial.seed() != null) {
            parameters.put("seed", trial.seed());
        }
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("sparring.trial", Integer.toString(trial.number()));
        tags.put("sparring.candidate", Integer.toString(trial.candidate()));
        if (trial.confirms()) {
            tags.put("sparring.confirms", "true");
        }
        return run.child(Integer.toString(trial.number()), "trial " + trial.number(), parameters, tags);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static double now() {
        return System.currentTimeMillis() / 1000.0;
    }
}
