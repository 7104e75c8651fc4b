package io.sparring.parameterserver;

import io.sparring.network.Normalizer;
import io.sparring.optimizer.Optimizer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A server in memory with clients, without the exceptions that such a server never throws. */
final class TestServer {
    static final String BUILD = "this build";

    final ParameterServer server;

    TestServer(ParameterServer.Options options, float... parameters) {
        this(options, null, parameters);
    }

    TestServer(ParameterServer.Options options, Optimizer optimizer, float[] parameters) {
        this(options, optimizer, parameters, Normalizer.NONE);
    }

    TestServer(ParameterServer.Options options, Optimizer optimizer, float[] parameters, Normalizer normalizer) {
        server = new ParameterServer(options, parameters, normalizer, 0, 0, optimizer, envSteps -> 0.1, List.of());
    }

    static ParameterServer.Options options(int workers, Merging merging) {
        return new ParameterServer.Options(workers, merging, 0.8, false, 0, 0, Long.MAX_VALUE, BUILD);
    }

    ParameterServerClient client(int worker) {
        return client(worker, 0);
    }

    ParameterServerClient client(int worker, long attempt) {
        return new ParameterServerClient(
                new InMemoryChannel(server), worker, attempt, ParameterServerClient.Patience.of(Duration.ofSeconds(5)));
    }

    static ParameterServerClient.Pulled hello(ParameterServerClient client, int parameterCount) {
        return always(() -> client.hello(BUILD, parameterCount));
    }

    static ParameterServerClient.Pulled push(ParameterServerClient client, float... vector) {
        return always(() -> client.push(1, vector, Normalizer.NONE, new byte[0], new byte[0]));
    }

    interface Request<T> {
        T send() throws IOException, InterruptedException;
    }

    static <T> T always(Request<T> request) {
        try {
            return request.send();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
