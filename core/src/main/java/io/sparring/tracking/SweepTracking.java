package io.sparring.tracking;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.tracking.TrackedRun.End;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.util.ArrayList;
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
    /** Slices of earlier sessions that have not been told, by trials. Guards the trials that are told, too. */
    private final Map<Integer, List<Map<String, Object>>> earlier = new LinkedHashMap<>();

    /** @param journal where events go first */
    public SweepTracking(Sweep.Journal journal) {
        this.journal = journal;
    }

    /**
     * What is told from here on. Before anybody works.
     *
     * @param before events of earlier sessions, some of which may never have been told
     */
    public void begin(TrackedRun tracked, Sweep own, List<Map<String, Object>> before) {
        run = tracked;
        sweep = own;
        events += before.size();
        before.stream()
                .filter(SweepTracking::isSlice)
                .forEach(event -> earlier.computeIfAbsent(trial(event), none -> new ArrayList<>())
                        .add(event));
        run.earlier(this::tellEarlier);
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

    private static boolean isSlice(Map<String, Object> event) {
        return "slice".equals(event.get("event"));
    }

    private static int trial(Map<String, Object> slice) {
        return ((Number) slice.get("trial")).intValue();
    }

    private boolean tellEarlier() {
        int number;
        synchronized (earlier) {
            if (earlier.isEmpty()) {
                return false;
            }
            number = earlier.keySet().iterator().next();
        }
        // Before the lock, which whoever holds the sweep's waits for.
        Trial trial = sweep.trial(number);
        synchronized (earlier) {
            tellEarlier(trial);
        }
        return true;
    }

    /** What is not told yet: in one piece, so that nobody hears of a state that it left again. */
    private void tellEarlier(Trial trial) {
        List<Map<String, Object>> slices = earlier.remove(trial.number());
        if (slices != null) {
            TrackedRun own = trials.computeIfAbsent(trial.number(), none -> begun(trial));
            slices.forEach(slice -> tellNumbers(own, slice));
            tellState(own, trial, slices.get(slices.size() - 1));
        }
    }

    private void tell(Map<String, Object> event) {
        if (!isSlice(event)) {
            return;
        }
        Trial trial = sweep.trial(trial(event));
        synchronized (earlier) {
            tellEarlier(trial);
            TrackedRun own = trials.computeIfAbsent(trial.number(), none -> begun(trial));
            tellNumbers(own, event);
            tellState(own, trial, event);
        }
    }

    private static void tellNumbers(TrackedRun own, Map<String, Object> slice) {
        if (SliceResult.FAILED.equals(slice.get("ended"))) {
            return;
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String key : List.of("score", "round", "episodes", "seconds")) {
            // Of a score there may be none.
            if (slice.get(key) instanceof Number value) {
                numbers.put(key, value.doubleValue());
            }
        }
        own.numbers(((Number) slice.get("env_steps")).longValue(), now(), numbers);
    }

    private void tellState(TrackedRun own, Trial trial, Map<String, Object> slice) {
        if (sweep.file().takesOver()) {
            own.tag("sparring.settings", String.join(" ", trial.point().overrides()));
        }
        String ended = (String) slice.get("ended");
        String failure = (String) slice.get("failure");
        own.tag("sparring.state", failure != null ? "failed" : ended != null ? "finished" : "stopped");
        if (ended != null) {
            own.tag("sparring.reason", failure != null ? failure : ended);
            if (!sweep.file().takesOver()) {
                trials.remove(trial.number());
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
