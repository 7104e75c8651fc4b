package io.sparring.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.optimizer.Optimizer;
import io.sparring.optimizer.UpdateRule;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MergingTest {
    private static TestServer server(Merging merging, int workers, float... parameters) {
        return new TestServer(TestServer.options(workers, merging), parameters);
    }

    @Example
    void averageAddsEachWorkersShare() {
        TestServer server = server(Merging.AVERAGE, 4, 1, -2);
        ParameterServerClient first = server.client(0);
        ParameterServerClient second = server.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);

        // Δ = (4, 8) and Δ = (−2, 0), a quarter of each.
        assertThat(TestServer.push(first, 5, 6).parameters()).containsExactly(2, 0);
        assertThat(TestServer.push(second, -1, -2).parameters()).containsExactly(1.5f, 0);
    }

    @Example
    void sumAddsAllOfIt() {
        TestServer server = server(Merging.SUM, 4, 1, -2);
        ParameterServerClient first = server.client(0);
        ParameterServerClient second = server.client(1);
        TestServer.hello(first, 2);
        TestServer.hello(second, 2);

        assertThat(TestServer.push(first, 5, 6).parameters()).containsExactly(5, 6);
        assertThat(TestServer.push(second, -1, -2).parameters()).containsExactly(3, 6);
    }

    @Example
    void elasticMovesBothSidesTowardsEachOther() {
        // β/N = 0.8/4 = 0.2: e = 0.2 (θ′ − θ) = 0.2 ((6, 3) − (1, −2)) = (1, 1).
        TestServer server = server(Merging.ELASTIC, 4, 1, -2);
        ParameterServerClient first = server.client(0);
        TestServer.hello(first, 2);

        ParameterServerClient.Pulled answer = TestServer.push(first, 6, 3);

        assertThat(server.server.global().parameters()).containsExactly(new float[] {2, -1}, within(1e-6f));
        assertThat(answer.parameters())
                .as("what the worker subtracts from θ′")
                .containsExactly(new float[] {1, 1}, within(1e-6f));
    }

    @Example
    void gradientsShareTheStatisticsOfOneOptimiser() {
        UpdateRule rmsprop = new UpdateRule.RmsProp(0.75, 1e-8, false);
        TestServer server =
                new TestServer(TestServer.options(2, Merging.GRADIENTS), new Optimizer(rmsprop, 1), new float[] {1});
        ParameterServerClient first = server.client(0);
        ParameterServerClient second = server.client(1);
        TestServer.hello(first, 1);
        TestServer.hello(second, 1);

        // g² ← 0.75·0 + 0.25·4² = 4, θ ← 1 − 0.1·4/2 = 0.8; then g² ← 0.75·4 + 0.25·2² = 4, θ ← 0.8 − 0.1·2/2 = 0.7.
        assertThat(TestServer.push(first, 4).parameters()).containsExactly(new float[] {0.8f}, within(1e-6f));
        assertThat(TestServer.push(second, 2).parameters()).containsExactly(new float[] {0.7f}, within(1e-6f));
    }

    @Property(tries = 200)
    void aSingleWorkersSumIsItsOwnTrainingToTheBit(
            @ForAll @Size(min = 1, max = 20) List<@FloatRange(min = -1e3f, max = 1e3f) Float> path) {
        TestServer server = server(Merging.SUM, 1, 0.1f);
        ParameterServerClient worker = server.client(0);
        TestServer.hello(worker, 1);

        for (float local : path) {
            assertThat(TestServer.push(worker, local).parameters()).containsExactly(local);
        }
    }

    @Property(tries = 200)
    void theAverageOfEqualPushesIsThatPush(
            @ForAll @IntRange(min = 1, max = 9) int workers,
            @ForAll @FloatRange(min = -10, max = 10) float start,
            @ForAll @FloatRange(min = -10, max = 10) float local) {
        TestServer server = server(Merging.AVERAGE, workers, start);
        List<ParameterServerClient> clients = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            clients.add(server.client(i));
            TestServer.hello(clients.get(i), 1);
        }

        clients.forEach(client -> TestServer.push(client, local));

        assertThat(server.server.global().parameters()[0]).isCloseTo(local, within(2e-5f));
    }

    @Property(tries = 200)
    void elasticKeepsTheSumOfServerAndWorker(
            @ForAll @FloatRange(min = -10, max = 10) float start,
            @ForAll @Size(min = 1, max = 10) List<@FloatRange(min = -10, max = 10) Float> path) {
        TestServer server = server(Merging.ELASTIC, 3, start);
        ParameterServerClient worker = server.client(0);
        TestServer.hello(worker, 1);

        for (float local : path) {
            float before = server.server.global().parameters()[0];
            float moved = local - TestServer.push(worker, local).parameters()[0];
            assertThat(server.server.global().parameters()[0] + moved).isCloseTo(before + local, within(1e-5f));
        }
    }
}
