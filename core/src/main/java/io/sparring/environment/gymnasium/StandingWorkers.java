package io.sparring.environment.gymnasium;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
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
    synchronized void leave() {
        if (--users == 0) {
            waiting.values().forEach(left -> left.worker().close());
            waiting.clear();
        }
    }

    /** The process that stands there, which the caller has to park or close; null where there is none. */
    synchronized PythonWorker take(byte[] snapshot) {
        taken++;
        Waiting found = waiting.remove(ByteBuffer.wrap(snapshot));
        return found == null ? null : found.worker();
    }

    /** Lets a process wait where it stands. */
    synchronized void park(byte[] snapshot, PythonWorker worker) {
        Waiting other = waiting.put(ByteBuffer.wrap(snapshot), new Waiting(worker, taken));
        if (other != null) {
            other.worker().close();
        }
        // Every shard of this JVM comes around once while all the others do.
        long patience = 4L * (waiting.size() + users);
        for (Iterator<Waiting> all = waiting.values().iterator(); all.hasNext(); ) {
            Waiting oldest = all.next();
            if (taken - oldest.since() > patience) {
                oldest.worker().close();
                all.remove();
            }
        }
    }
}
