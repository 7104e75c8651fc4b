package io.sparring.spark;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Says on stderr which executors were lost, and what to set where their end has a known cause. */
final class LostExecutors extends SparkListener {
    /** Executors come and go by the thousand in a long run: the first ones are said, then one in a hundred. */
    private static final int SAID = 20;

    private final String consequence;
    private final Set<String> known = new HashSet<>();
    /** What their tasks said of it, by executor: the exit code is the same for heap and native memory. */
    private final Map<String, String> outOfMemory = new HashMap<>();

    private int lost;

    /** @param consequence of a loss, in words */
    LostExecutors(String consequence) {
        this.consequence = consequence;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (event.reason() instanceof ExceptionFailure failure
                && failure.className().equals(OutOfMemoryError.class.getName())) {
            ranOut(event.taskInfo().executorId(), failure.description());
        }
    }

    void ranOut(String executor, String message) {
        outOfMemory.put(executor, message);
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        String line = line(event.executorId(), event.reason());
        if (!known.add(event.executorId())) {
            // YARN's answer why comes after the loss, as a second event.
            return;
        }
        if (line != null && (++lost <= SAID || lost % 100 == 0)) {
            System.err.println("sparring: " + line + (lost > SAID ? " (" + lost + " so far)" : ""));
        }
    }

    /** What to do where JavaCPP refuses memory; empty where it was not JavaCPP. */
    static String nativeMemoryAdvice(String message) {
        // Pointer.deallocator and Pointer.physicalBytes.
        return message.contains("Physical memory usage is too high") || message.contains("Cannot allocate new")
                ? "; heap and native memory do not fit into the container: raise spark.executor.memoryOverhead"
                : "";
    }

    /** Null for executors that were let go on purpose. */
    String line(String executor, String reason) {
        // Kubernetes' begin with an empty line.
        String cause = reason == null
                ? ""
                : reason.lines()
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElse("");
        String lower = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
        if (lower.contains("killed by driver")
                || lower.contains("spark scale down")
                || lower.contains("decommission")) {
            return null;
        }
        String advice = "";
        if (lower.contains("memory limits")
                || lower.contains("exit code from container") && lower.contains("-104")
                || lower.contains("memoryoverhead")
                || lower.contains("oomkilled")) {
            advice = "; the container used more memory than it has: raise spark.executor.memoryOverhead";
        } else if (lower.contains("outofmemory")
                || lower.contains("exit code 52")
                // A standalone worker's words, and YARN's.
                || lower.contains("exited with code 52")
                || lower.contains("exit status: 52")) {
            String said = outOfMemory.get(executor);
            advice = said == null
                    ? "; it ran out of memory: raise --executor-memory or spark.executor.memoryOverhead (its log says which)"
                    : nativeMemoryAdvice(said).isEmpty()
                            ? "; its heap is too small: raise --executor-memory"
                            : nativeMemoryAdvice(said);
        }
        return "executor " + executor + " was lost and " + consequence + ": " + cause + advice;
    }
}
