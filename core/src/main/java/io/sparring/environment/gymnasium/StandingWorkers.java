package io.sparring.environment.gymnasium;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
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
        // Every shard of this JVM comes around once while all the others do.
        long patience = 4L * (waiting.size() + users);
        for (Iterator<Waiting> all = waiting.values().iterator(); all.hasNext(); ) {
            Waiting oldest = all.next();
            if (taken - oldest.since() > patience) {
                forgotten.add(oldest.worker());
                all.remove();
            }
        }
        return forgotten;
    }
}
