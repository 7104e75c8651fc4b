package io.sparring.spark.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Says on stderr which executors were lost, and what to set where their end has a known cause. Where one after the other ends as soon as it
 * has started there is no point in more: Spark's own limit on losses is set so high that long runs do not reach it.
 */
public final class LostExecutors extends SparkListener {
    /** Executors come and go by the thousand in a long run: the first ones are said, then one in a hundred. */
    private static final int SAID = 20;

    /** An executor that does not live for so long, while no task is done anywhere, was started in vain. */
    private static final Duration YOUNG = Duration.ofMinutes(1);

    private static final int FEWEST_IN_VAIN = 10;

    private final Consumer<String> giveUp;
    /** Those that are gone. */
    private final Set<String> gone = new HashSet<>();
    /** When executors that are there came, by their names. */
    private final Map<String, Long> came = new HashMap<>();
    /** What their tasks said of it, by executor: the exit code is the same for heap and native memory. */
    private final Map<String, String> outOfMemory = new HashMap<>();

    private int lost;
    private int most;
    private int inVain;

    /** @param giveUp receives why more executors are of no use */
    LostExecutors(Consumer<String> giveUp) {
        this.giveUp = giveUp;
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded event) {
        came(event.executorId(), event.time());
    }

    /** Also for those that were there before this listener, which is on another thread then. */
    synchronized void came(String executor, long time) {
        if (!gone.contains(executor)) {
            came.putIfAbsent(executor, time);
            most = Math.max(most, came.size());
        }
    }

    @Override
    public void onJobStart(SparkListenerJobStart event) {
        inVain = 0;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (event.reason() == Success$.MODULE$) {
            inVain = 0;
        }
        if (event.reason() instanceof ExceptionFailure failure
                && failure.className().equals(OutOfMemoryError.class.getName())) {
            ranOut(event.taskInfo().executorId(), failure.description());
        }
    }

    void ranOut(String executor, String message) {
        outOfMemory.put(executor, message);
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        String line = line(event.executorId(), event.reason());
        if (!gone.add(event.executorId())) {
            // YARN's answer why comes after the loss, as a second event.
            return;
        }
        if (line != null && (++lost <= SAID || lost % 100 == 0)) {
            Console.say(line + (lost > SAID ? " (" + lost + " so far)" : ""));
        }
        countInVain(event, line);
    }

    private void countInVain(SparkListenerExecutorRemoved event, String line) {
        Long since = came.remove(event.executorId());
        if (line == null) {
            return;
        }
        // One that never came has no time of its own.
        if (since != null && event.time() - since >= YOUNG.toMillis()) {
            inVain = 0;
            return;
        }
        inVain++;
        // One that has been there for longer may be at work on a long task; a bad node among good ones takes several at
        // once.
        boolean alone = came.values().stream().noneMatch(time -> event.time() - time >= YOUNG.toMillis());
        if (alone && inVain >= Math.max(FEWEST_IN_VAIN, 2 * most)) {
            giveUp.accept("since " + inVain
                    + " executors in a row have ended within a minute, before any task was done; the last: " + line);
        }
    }

    /** What to do where JavaCPP refuses memory; empty where it was not JavaCPP. */
    public static String nativeMemoryAdvice(String message) {
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
        // What comes of it is not known yet: it may have had nothing to do, or be the loss that ends the job.
        return "executor " + executor + " was lost: " + cause + advice;
    }
}
