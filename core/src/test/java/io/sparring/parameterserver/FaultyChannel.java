package io.sparring.parameterserver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * A bad way to a server in memory: every message, either way, may be lost, doubled, or kept back and delivered later, in any
 * order. No time passes: a receive that finds nothing returns at once, as if its time were over. Used by one thread at a time.
 */
final class FaultyChannel implements Channel {
    private final UnaryOperator<byte[]> server;
    private final UniformRandomProvider random;
    private final List<byte[]> toServer = new ArrayList<>();
    private final List<byte[]> toWorker = new ArrayList<>();
    int lost;
    int doubled;
    int keptBack;

    FaultyChannel(UnaryOperator<byte[]> server, UniformRandomProvider random) {
        this.server = server;
        this.random = random;
    }

    @Override
    public void send(byte[] message) {
        disturb(message, toServer);
        deliver();
    }

    @Override
    public byte[] receive(long timeoutNanos) {
        deliver();
        if (toWorker.isEmpty() || random.nextInt(4) == 0) {
            return null;
        }
        return toWorker.remove(random.nextInt(toWorker.size()));
    }

    private void disturb(byte[] message, List<byte[]> way) {
        int fate = random.nextInt(10);
        if (fate < 3) {
            lost++;
            return;
        }
        way.add(message);
        if (fate < 6) {
            doubled++;
            way.add(message.clone());
        }
    }

    /** Some of what is on its way arrives, in any order; the rest stays for later. */
    private void deliver() {
        while (!toServer.isEmpty()) {
            if (random.nextInt(3) == 0) {
                keptBack++;
                return;
            }
            byte[] answer = server.apply(toServer.remove(random.nextInt(toServer.size())));
            if (answer != null) {
                disturb(answer, toWorker);
            }
        }
    }

    /** What a dead worker's messages do: they arrive long after it. */
    void deliverEverything() {
        while (!toServer.isEmpty()) {
            server.apply(toServer.remove(0));
        }
    }

    @Override
    public void close() {}
}
