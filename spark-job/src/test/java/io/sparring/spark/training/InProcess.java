package io.sparring.spark.training;

import io.sparring.parameterserver.Channel;
import io.sparring.parameterserver.InMemoryChannel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A transport for {@code local[…]}, where tasks run in the driver's JVM: they find the server by a number. */
final class InProcess implements ParameterTransport {
    private static final Map<Integer, End> OPEN = new ConcurrentHashMap<>();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Failing failing;

    /** Whether a connection fails. */
    interface Failing {
        boolean fails(int worker, int connection);
    }

    InProcess() {
        this((worker, connection) -> false);
    }

    /** @param failing decides by worker and by how often this worker has connected, from 0 */
    InProcess(Failing failing) {
        this.failing = failing;
    }

    static int open() {
        return OPEN.size();
    }

    @Override
    public ServerEnd open(UnaryOperator<byte[]> server, int workers) {
        int number = NUMBERS.incrementAndGet();
        End end = new End(number, server, failing);
        OPEN.put(number, end);
        return end;
    }

    private static final class End implements ServerEnd {
        private final int number;
        private final UnaryOperator<byte[]> server;
        private final Failing failing;
        private final Map<Integer, AtomicInteger> connections = new ConcurrentHashMap<>();
        private final AtomicLong received = new AtomicLong();
        private final AtomicLong sent = new AtomicLong();

        End(int number, UnaryOperator<byte[]> server, Failing failing) {
            this.number = number;
            this.server = server;
            this.failing = failing;
        }

        Channel connect(int worker) throws IOException {
            int connection = connections
                    .computeIfAbsent(worker, first -> new AtomicInteger())
                    .getAndIncrement();
            if (failing.fails(worker, connection)) {
                throw new IOException("injected");
            }
            return new InMemoryChannel(request -> {
                received.addAndGet(request.length);
                byte[] answer = server.apply(request);
                sent.addAndGet(answer == null ? 0 : answer.length);
                return answer;
            });
        }

        @Override
        public WorkerEnd workerEnd() {
            int name = number;
            return (worker, attempt) -> OPEN.get(name).connect(worker);
        }

        @Override
        public String description() {
            return "calls in one process";
        }

        @Override
        public long bytesReceived() {
            return received.get();
        }

        @Override
        public long bytesSent() {
            return sent.get();
        }

        @Override
        public long refused() {
            return 0;
        }

        @Override
        public void check() {}

        @Override
        public void close() {
            OPEN.remove(number);
        }
    }
}
