package io.sparring.environment.gymnasium;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processes that wait where some shard stands, while the environments of this JVM are at work on others. Thread-safe. Those that nobody comes
 * back for, because another executor has their shard now, are let go.
 */
final class StandingWorkers {
    private final Map<ByteBuffer, Waiting> waiting = new HashMap<>();
    private int users;
    private long taken;

    private record Waiting(PythonWorker worker, long since) {}

    /** Another environment uses these. */
    synchronized void enter() {
        users++;
    }

    /** One of them does no longer; the last one closes what is left. */
    void leave() {
        List<PythonWorker> left = new ArrayList<>();
        synchronized (this) {
            if (--users == 0) {
                waiting.values().forEach(one -> left.add(one.worker()));
                waiting.clear();
            }
        }
        left.forEach(PythonWorker::close);
    }

    /** The process that stands there, which the caller has to park or close; null where there is none. */
    synchronized PythonWorker take(byte[] snapshot) {
        taken++;
        Waiting found = waiting.remove(ByteBuffer.wrap(snapshot));
        return found == null ? null : found.worker();
    }

    /** Lets a process wait where it stands. */
    void park(byte[] snapshot, PythonWorker worker) {
        // Closed outside of the lock: a process may take its time, and others want theirs.
        list(snapshot, worker).forEach(PythonWorker::close);
    }

    /** @return those that nobody is going to ask for */
    private synchronized List<PythonWorker> list(byte[] snapshot, PythonWorker worker) {
        List<PythonWorker> forgotten = new ArrayList<>();
        Waiting other = waiting.put(ByteBuffer.wrap(snapshot), new Waiting(worker, taken));
        if (other != null) {
            forgotten.add(other.worker());
        }
        // Every shard of this JVM comes around once while all the others do, which have been here since. Those that
        // nobody asks for are
        // not among these: the youngest of them goes first, and then they count for none of the older ones.
        int others = users;
        for (Map.Entry<ByteBuffer, Waiting> one : youngestFirst()) {
            if (taken - one.getValue().since() > 4L * others) {
                waiting.remove(one.getKey());
                forgotten.add(one.getValue().worker());
            } else {
                others++;
            }
        }
        return forgotten;
    }

    private List<Map.Entry<ByteBuffer, Waiting>> youngestFirst() {
        return waiting.entrySet().stream()
                .sorted(Comparator.comparingLong(one -> -one.getValue().since()))
                .toList();
    }
}
