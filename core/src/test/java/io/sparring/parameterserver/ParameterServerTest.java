package io.sparring.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.network.Normalizer;
import io.sparring.parameterserver.Message.Answer;
import io.sparring.parameterserver.Message.Hello;
import io.sparring.parameterserver.Message.Push;
import io.sparring.parameterserver.ParameterServerClient.Pulled;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ParameterServerTest {
    private static final byte[] NOTHING = new byte[0];

    private final TestServer sum = new TestServer(TestServer.options(3, Merging.SUM), 1, 2);

    private static ParameterServer.Options options(boolean damping, int maxStaleness, int injectedDelay, long budget) {
        return new ParameterServer.Options(
                3, Merging.SUM, 0.9, damping, maxStaleness, injectedDelay, budget, TestServer.BUILD);
    }

    private static Answer ask(ParameterServer server, Message message) throws Exception {
        byte[] answer = server.apply(message.encode());
        return answer == null ? null : (Answer) Message.decode(answer);
    }

    private static Push push(int worker, long attempt, long sequence, float... vector) {
        return new Push(worker, attempt, sequence, 10, vector, Normalizer.NONE, NOTHING, NOTHING);
    }

    private static Hello hello(int worker, long attempt) {
        return new Hello(worker, attempt, 0, TestServer.BUILD, 2);
    }

    @Test
    void aPushIsAnsweredWithTheFreshParametersAndTheirVersion() {
        ParameterServerClient first = sum.client(0);
        ParameterServerClient second = sum.client(1);
        Pulled start = TestServer.hello(first, 2);
        TestServer.hello(second, 2);
        TestServer.push(first, 2, 2);

        Pulled answer = TestServer.push(second, 1, 5);

        assertThat(start.version()).isZero();
        assertThat(start.parameters()).containsExactly(1, 2);
        assertThat(answer.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(answer.version()).isEqualTo(2);
        assertThat(answer.parameters()).containsExactly(2, 5);
        assertThat(answer.envSteps()).isEqualTo(2);
    }

    @Test
    void stalenessIsWhatTheOthersPushedSinceThePull() {
        ParameterServerClient first = sum.client(0);
        ParameterServerClient second = sum.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);
        TestServer.push(first, 1, 2);
        TestServer.push(first, 1, 2);
        TestServer.push(first, 1, 2);
        TestServer.push(second, 1, 2);
        TestServer.push(second, 1, 2);

        assertThat(sum.server.staleness(0)).isEqualTo(new Staleness(3, 0, 0, 0, 0));
        assertThat(sum.server.staleness(1)).isEqualTo(new Staleness(2, 1.5, 0, 3, 3));
        assertThat(sum.server.staleness()).isEqualTo(new Staleness(5, 0.6, 0, 3, 3));
        assertThat(sum.server.takeRest()).extracting(Update::staleness).containsExactly(0L, 0L, 0L, 3L, 0L);
    }

    @Test
    void aPullMakesThePushAfterItFresh() throws Exception {
        ParameterServerClient first = sum.client(0);
        ParameterServerClient second = sum.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);
        TestServer.push(first, 4, 4);

        Pulled pulled = second.pull();
        TestServer.push(second, 5, 4);

        assertThat(pulled.parameters()).containsExactly(4, 4);
        assertThat(sum.server.global().parameters()).containsExactly(5, 4);
        assertThat(sum.server.staleness(1).max()).isZero();
    }

    @Test
    void aPushThatIsTooStaleIsRefusedAndTheWorkerGoesOnFromTheFreshParameters() {
        TestServer server = new TestServer(options(false, 1, 0, Long.MAX_VALUE), 1, 2);
        ParameterServerClient first = server.client(0);
        ParameterServerClient second = server.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);
        TestServer.push(first, 1, 3);
        TestServer.push(first, 1, 4);

        Pulled refused = TestServer.push(second, 100, 100);
        Pulled applied = TestServer.push(second, 2, 4);

        assertThat(refused.outcome()).isEqualTo(Outcome.STALE);
        assertThat(refused.parameters()).containsExactly(1, 4);
        assertThat(refused.envSteps()).as("they were taken all the same").isEqualTo(3);
        assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(applied.parameters()).containsExactly(2, 4);
    }

    @Test
    void dampingDividesByOnePlusStaleness() {
        TestServer server = new TestServer(options(true, 0, 0, Long.MAX_VALUE), 0, 0);
        ParameterServerClient first = server.client(0);
        ParameterServerClient second = server.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);
        TestServer.push(first, 1, 0);
        TestServer.push(first, 2, 0);

        assertThat(TestServer.push(second, 6, 3).parameters())
                .as("(2, 0) + (6, 3)/3")
                .containsExactly(new float[] {4, 1}, within(1e-6f));
    }

    @Test
    void whatIsNotFiniteIsRefusedAndNamesItsWorker() throws Exception {
        ParameterServerClient client = sum.client(2);
        TestServer.hello(client, 2);

        assertThat(TestServer.push(client, Float.NaN, 1).outcome()).isEqualTo(Outcome.NOT_FINITE);
        assertThat(TestServer.push(client, 1, Float.NEGATIVE_INFINITY).outcome())
                .isEqualTo(Outcome.NOT_FINITE);
        assertThat(TestServer.push(client).outcome()).isEqualTo(Outcome.NOT_FINITE);
        assertThat(sum.server.global().parameters()).containsExactly(1, 2);
        assertThat(sum.server.version()).isZero();
        assertThat(sum.server.take(3, 0)).extracting(Update::worker).containsOnly(2);
    }

    @Test
    void aRequestThatComesAgainGetsTheSameAnswerAndChangesNothing() throws Exception {
        ask(sum.server, hello(0, 0));
        ask(sum.server, hello(1, 0));
        Answer first = ask(sum.server, push(0, 0, 1, 2, 2));
        ask(sum.server, push(1, 0, 1, 9, 9));

        Answer again = ask(sum.server, push(0, 0, 1, 2, 2));

        assertThat(again).usingRecursiveComparison().isEqualTo(first);
        assertThat(sum.server.version()).isEqualTo(2);
        assertThat(sum.server.takeRest()).hasSize(2);
    }

    @Test
    void aRequestFromBeforeTheLastIsNobodysAnyMore() throws Exception {
        ask(sum.server, hello(0, 0));
        ask(sum.server, push(0, 0, 1, 2, 2));
        ask(sum.server, push(0, 0, 2, 2, 2));

        assertThat(ask(sum.server, push(0, 0, 1, 7, 7))).isNull();
        assertThat(ask(sum.server, hello(0, 0))).isNull();
        assertThat(sum.server.version()).isEqualTo(2);
    }

    @Test
    void aPushWithoutAHelloCountsForNothing() throws Exception {
        assertThat(ask(sum.server, push(0, 0, 1, 2, 2))).isNull();
        assertThat(sum.server.version()).isZero();
    }

    @Test
    void theNewestAttemptFencesOffThoseBeforeIt() throws Exception {
        ask(sum.server, hello(1, 5));
        ask(sum.server, push(1, 5, 1, 2, 2));
        ask(sum.server, hello(1, 8));

        Answer late = ask(sum.server, push(1, 5, 2, 7, 7));
        Answer lateHello = ask(sum.server, hello(1, 5));
        Answer next = ask(sum.server, push(1, 8, 1, 3, 3));

        assertThat(late.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(late.reason()).isEqualTo("worker 1: attempt 5 was superseded by attempt 8");
        assertThat(lateHello.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(next.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(sum.server.global().parameters()).containsExactly(3, 3);
        assertThat(sum.server.takeRemarks())
                .containsExactly(
                        "worker 1 was started anew (attempt 8 after 5, which had pushed 1 updates)",
                        "worker 1: attempt 5 was superseded by attempt 8");
        assertThat(sum.server.takeRemarks()).isEmpty();
    }

    @Test
    void aWorkerOfAnotherBuildOrNetworkIsRefusedByName() {
        assertThatThrownBy(() -> sum.client(2).hello("another build", 2))
                .isInstanceOf(ParameterServerClient.Refused.class)
                .hasMessage("worker 2 was built from another version of the jar (another build, and the server from "
                        + "this build): all need the same one");
        assertThatThrownBy(() -> sum.client(2).hello(TestServer.BUILD, 3))
                .isInstanceOf(ParameterServerClient.Refused.class)
                .hasMessageContaining("worker 2 has a network of 3 parameters, and the server one of 2");
        assertThatThrownBy(() -> sum.client(3).hello(TestServer.BUILD, 2))
                .isInstanceOf(ParameterServerClient.Refused.class)
                .hasMessageContaining("worker 3 is none of this run's 3 workers");
        assertThat(sum.server.started()).isEmpty();
        assertThat(sum.server.takeRemarks()).as("said to the user").hasSize(3);
    }

    @Test
    void whatIsNoRequestIsNotAnsweredAndCountsForNothing() throws Exception {
        ask(sum.server, hello(0, 0));

        assertThat(sum.server.apply(new byte[] {1, 2, 3})).isNull();
        assertThat(ask(sum.server, push(0, 0, 1, 1, 2, 3)))
                .as("a vector of another length")
                .isNull();
        assertThat(ask(sum.server, new Push(0, 0, 1, -1, new float[2], Normalizer.NONE, NOTHING, NOTHING)))
                .isNull();
        assertThat(ask(sum.server, new Hello(0, 0, 1, TestServer.BUILD, 2)))
                .as("a second hello")
                .isNull();
        assertThat(sum.server.version()).isZero();
        assertThat(sum.server.takeRest()).isEmpty();
        assertThat(ask(sum.server, push(0, 0, 1, 1, 3)).outcome()).isEqualTo(Outcome.APPLIED);
    }

    @Test
    void withAnInjectedDelayWorkersStartFromParametersThatAreSoOld() throws Exception {
        TestServer server = new TestServer(options(false, 0, 2, Long.MAX_VALUE), 0, 0);
        ParameterServerClient client = server.client(0);
        TestServer.hello(client, 2);

        assertThat(TestServer.push(client, 1, 1).parameters()).containsExactly(0, 0);
        assertThat(TestServer.push(client, 2, 2).parameters()).containsExactly(0, 0);
        Pulled third = TestServer.push(client, 4, 4);
        assertThat(third.parameters()).containsExactly(1, 1);
        assertThat(third.version()).isEqualTo(1);
        assertThat(server.server.global().parameters()).as("1 + 2 + 4").containsExactly(7, 7);
        assertThat(client.pull().parameters()).as("a pull brings the newest").containsExactly(7, 7);
        assertThat(server.server.takeRest()).extracting(Update::staleness).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aCheckpointAsksForSnapshotsAndTheNextAttemptGetsTheLastOne() throws Exception {
        ParameterServerClient client = sum.client(1);
        TestServer.hello(client, 2);
        assertThat(TestServer.push(client, 1, 2).snapshotWanted()).isFalse();

        assertThat(sum.server.checkpoint().snapshots()).containsExactly(NOTHING, NOTHING, NOTHING);
        assertThat(TestServer.push(client, 1, 2).snapshotWanted()).isTrue();
        Pulled after = client.push(1, new float[] {1, 2}, Normalizer.NONE, NOTHING, new byte[] {4, 2});

        assertThat(after.snapshotWanted()).isFalse();
        assertThat(sum.server.checkpoint().snapshots()).containsExactly(NOTHING, new byte[] {4, 2}, NOTHING);
        assertThat(TestServer.hello(sum.client(1, 1), 2).snapshot()).containsExactly(4, 2);
    }

    @Test
    void workersAreToldToEndWhenTheBudgetIsUsedUpOrSomebodySaysSo() throws Exception {
        TestServer server = new TestServer(options(false, 0, 0, 2), 0, 0);
        ParameterServerClient client = server.client(0);
        assertThat(TestServer.hello(client, 2).finished()).isFalse();
        assertThat(TestServer.push(client, 1, 1).finished()).isFalse();
        assertThat(TestServer.push(client, 1, 1).finished()).isTrue();
        client.goodbye(new byte[] {1});
        assertThat(server.server.checkpoint().snapshots().get(0)).containsExactly(1);

        sum.server.finish();
        assertThat(TestServer.hello(sum.client(0), 2).finished()).isTrue();
    }

    @Test
    void pushesAreTakenInTheOrderOfMergingSoManyAtOnceOrNone() throws Exception {
        for (int worker = 0; worker < 3; worker++) {
            ask(sum.server, hello(worker, 0));
            ask(sum.server, push(worker, 0, 1, 1, 2));
        }

        assertThat(sum.server.take(4, 0)).isEmpty();
        assertThat(sum.server.take(2, 0)).extracting(Update::worker).containsExactly(0, 1);
        assertThat(sum.server.takeRest()).extracting(Update::worker).containsExactly(2);
        assertThat(sum.server.take(1, 1_000_000)).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerEndsTheWorkerWithOneLineThatSaysWhatItWaitedFor() {
        Channel silent = new InMemoryChannel(request -> null);
        ParameterServerClient client = new ParameterServerClient(
                silent, 3, 0, new ParameterServerClient.Patience(Duration.ofMillis(1), Duration.ofMillis(20)));

        assertThatThrownBy(() -> client.hello(TestServer.BUILD, 2))
                .isInstanceOf(ParameterServerClient.Unreachable.class)
                .hasMessageMatching(
                        "worker 3: no answer from the parameter server to hello 0 within 0\\.02 s, sent \\d+ times");
    }

    @Test
    void theBuildIsTheSameEveryTimeItIsAsked() {
        assertThat(Build.fingerprint()).matches("[0-9a-f]{16}").isEqualTo(Build.fingerprint());
    }
}
