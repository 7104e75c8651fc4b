package io.sparring.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.RunningMoments;
import io.sparring.random.Streams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two independent logs, the workers' (sent, acknowledged) and the server's (applied), are reconciled after everything has gone
 * wrong that may go wrong with messages.
 */
class ExactlyOnceTest {
    private static final int WORKERS = 4;
    private static final int PUSHES = 300;

    /** Names an update. */
    private record Key(int worker, long attempt, long sequence) {}

    /** What a worker wrote down itself. */
    private static final class WorkerLog {
        final List<Key> sent = new ArrayList<>();
        final List<Key> acknowledged = new ArrayList<>();
    }

    /** Pushes that each add 1 to the one parameter. */
    private static WorkerLog work(int worker, FaultyChannel channel, long attempt, int pushes) throws Exception {
        WorkerLog log = new WorkerLog();
        ParameterServerClient client = new ParameterServerClient(
                channel,
                worker,
                attempt,
                new ParameterServerClient.Patience(Duration.ofMillis(1), Duration.ofSeconds(30)));
        float theta = client.hello(TestServer.BUILD, 1).parameters()[0];
        for (int i = 0; i < pushes; i++) {
            Key key = new Key(worker, attempt, i + 1);
            log.sent.add(key);
            ParameterServerClient.Pulled answer =
                    client.push(1, new float[] {theta + 1}, seen(i), new byte[0], new byte[0]);
            assertThat(answer.sequence()).isEqualTo(key.sequence());
            if (answer.outcome() == Outcome.APPLIED) {
                log.acknowledged.add(key);
            }
            theta = answer.parameters()[0];
        }
        return log;
    }

    /** One observation, of this number. */
    private static Normalizer seen(int number) {
        return new Normalizer(
                RunningMoments.of(new Observations.Floats(new float[] {number}), 1), RunningMoments.none(0));
    }

    /** Of workers that normalise what they observe. */
    private static ParameterServer server(int workers) {
        return new TestServer(TestServer.options(workers, Merging.SUM), null, new float[1], Normalizer.first(1, false))
                .server;
    }

    private static List<Key> applied(ParameterServer server) {
        return server.takeRest().stream()
                .filter(update -> update.outcome() == Outcome.APPLIED)
                .map(update -> new Key(update.worker(), update.attempt(), update.sequence()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyAcknowledgedUpdateIsAppliedOnceWhateverHappensToMessages(long seed) throws Exception {
        ParameterServer server = server(WORKERS);
        ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
        List<FaultyChannel> channels = new ArrayList<>();
        List<Future<WorkerLog>> running = new ArrayList<>();
        try {
            for (int worker = 0; worker < WORKERS; worker++) {
                FaultyChannel channel = new FaultyChannel(server, Streams.of(seed * 100 + worker));
                channels.add(channel);
                int index = worker;
                running.add(threads.submit(() -> work(index, channel, 0, PUSHES)));
            }
            Set<Key> acknowledged = new HashSet<>();
            Set<Key> sent = new HashSet<>();
            for (Future<WorkerLog> log : running) {
                acknowledged.addAll(log.get().acknowledged);
                sent.addAll(log.get().sent);
            }
            channels.forEach(FaultyChannel::deliverEverything);

            List<Key> applied = applied(server);
            assertThat(channels).allSatisfy(channel -> {
                assertThat(channel.lost).isPositive();
                assertThat(channel.doubled).isPositive();
                assertThat(channel.keptBack).isPositive();
            });
            assertThat(applied).as("none twice").doesNotHaveDuplicates();
            assertThat(acknowledged).as("all were acknowledged").hasSize(WORKERS * PUSHES);
            assertThat(applied).as("none lost, none made up").containsExactlyInAnyOrderElementsOf(sent);
            assertThat(applied).containsAll(acknowledged);
            assertThat(server.global().parameters()[0]).as("θ counts them too").isEqualTo(WORKERS * PUSHES);
            assertThat(server.version()).isEqualTo(WORKERS * PUSHES);
            RunningMoments observed = server.global().normalizer().observations();
            assertThat(observed.count()).as("each observation once").isEqualTo(WORKERS * PUSHES);
            assertThat(observed.means()[0]).isCloseTo((PUSHES - 1) / 2.0, within(1e-9));
            assertThat(observed.variance(0)).isCloseTo((PUSHES * PUSHES - 1) / 12.0, within(1e-6));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatADeadAttemptLeftOnTheWayIsNotAppliedAfterItsSuccessorSaidHello() throws Exception {
        ParameterServer server = server(1);
        List<FaultyChannel> channels = new ArrayList<>();
        Set<Key> acknowledged = new HashSet<>();
        for (long attempt = 0; attempt < 20; attempt++) {
            FaultyChannel channel = new FaultyChannel(server, Streams.of(attempt));
            channels.add(channel);
            acknowledged.addAll(work(0, channel, attempt, 10).acknowledged);
            // The worker dies here, with copies of its messages still on their way; and one that nobody will see
            // answered.
            channel.send(new Message.Push(0, attempt, 11, 1, new float[] {1e6f}, seen(0), new byte[0], new byte[0])
                    .encode());
        }
        channels.subList(0, channels.size() - 1).forEach(FaultyChannel::deliverEverything);

        List<Key> applied = applied(server);
        assertThat(applied).doesNotHaveDuplicates();
        assertThat(applied).containsAll(acknowledged);
        assertThat(server.global().normalizer().observations().count()).isEqualTo(applied.size());
        // In the order of the log no attempt comes after a newer one.
        assertThat(applied.stream().map(Key::attempt).toList()).isSorted();
    }

    @Test
    void ofTwoLiveAttemptsOnlyTheNewerIsHeard() throws Exception {
        TestServer server = new TestServer(TestServer.options(1, Merging.SUM), 0);
        ParameterServerClient older = server.client(0, 1);
        ParameterServerClient newer = server.client(0, 2);
        TestServer.hello(older, 1);
        TestServer.push(older, 1);
        TestServer.hello(newer, 1);
        TestServer.push(newer, 2);

        assertThatThrownBy(() -> older.push(1, new float[] {9}, Normalizer.NONE, new byte[0], new byte[0]))
                .isInstanceOf(ParameterServerClient.Refused.class)
                .hasMessage("worker 0: attempt 1 was superseded by attempt 2");
        TestServer.push(newer, 3);
        assertThat(server.server.global().parameters()).containsExactly(3);
        assertThat(applied(server.server)).containsExactly(new Key(0, 1, 1), new Key(0, 2, 1), new Key(0, 2, 2));
    }
}
