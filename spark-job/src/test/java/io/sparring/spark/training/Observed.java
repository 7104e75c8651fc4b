package io.sparring.spark.training;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** What Spark really did in the rounds' jobs. */
public final class Observed extends SparkListener {
    private final Map<Integer, String> descriptions = new HashMap<>();
    private final Set<String> successes = new HashSet<>();
    private final Set<String> executors = new HashSet<>();
    private final Map<Integer, String> last = new HashMap<>();
    private int moves;
    private int speculativeSuccesses;
    private int failures;

    @Override
    public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
        String description = event.properties().getProperty("spark.job.description", "");
        descriptions.put(event.stageInfo().stageId(), description);
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
        if (!descriptions.getOrDefault(event.stageId(), "").startsWith("round ")) {
            return;
        }
        if (event.reason() == Success$.MODULE$) {
            successes.add(event.stageId() + "/" + event.taskInfo().partitionId());
            executors.add(event.taskInfo().executorId());
            String before =
                    last.put(event.taskInfo().partitionId(), event.taskInfo().executorId());
            moves += before == null || before.equals(event.taskInfo().executorId()) ? 0 : 1;
            speculativeSuccesses += event.taskInfo().speculative() ? 1 : 0;
        } else {
            failures++;
        }
    }

    /** Tasks of rounds that succeeded, each counted once. */
    synchronized int successes() {
        return successes.size();
    }

    public synchronized int executors() {
        return executors.size();
    }

    /** How often a shard was computed on another executor than the round before. */
    synchronized int moves() {
        return moves;
    }

    synchronized int speculativeSuccesses() {
        return speculativeSuccesses;
    }

    synchronized int failures() {
        return failures;
    }
}
