package io.sparring.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.Explanation;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Requests to MLflow's REST interface, made again until they are answered. Used by one thread, which {@link #hurry} makes come to an end.
 *
 * <p>Redirects are not followed: the header that says who we are would go along.
 */
final class MlflowRequests {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** Of what is not to be done twice: by then every proxy has given up, and what is not done will not be. */
    private static final Duration ANSWER_OF_ONE = Duration.ofSeconds(60);

    private static final Duration CONNECTION = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    /** What a server fails at so often may be this one request's fault. */
    private static final int MOST_FAILURES = 8;

    private static final int TOO_MANY = 429;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MlflowServer server;
    private final Duration firstPause;
    /** Receives once why a request was not answered. */
    private final Consumer<String> silent;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTION)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private boolean saidSilent;
    /** When all is to be over, by {@link System#nanoTime}; null: not yet. */
    private Long end;

    /** The server does not want a request; it would not want it again either. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }

        /** By a server that says so in its own words. */
        static Refused notMlflow(int status) {
            return new Refused(status, "", status + ", and not as MLflow does");
        }

        /** MLflow's word for it; empty where it was not MLflow who answered. */
        String code() {
            return code;
        }

        boolean isMissing() {
            return code.equals("RESOURCE_DOES_NOT_EXIST");
        }

        /** Whether nothing that could be asked would be answered. */
        boolean ofAll() {
            // A proxy may find one request too large.
            return code.isEmpty() && status != 413 || status == 401 || status == 403;
        }
    }

    /** There is no time left. */
    static final class OutOfTime extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** An attempt that may succeed later. */
    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final Duration pause;

        Failed(int status, Duration pause, String message) {
            super(message);
            this.status = status;
            this.pause = pause;
        }
    }

    /**
     * How it is found out whether something was done, where its answer was lost.
     *
     * @param done from the answer to it, what the lost one was; null: it was not done
     */
    private record Question(HttpRequest request, UnaryOperator<JsonNode> done) {}

    MlflowRequests(MlflowServer server, Duration firstPause, Consumer<String> silent) {
        this.server = server;
        this.firstPause = firstPause;
        this.silent = silent;
    }

    /** Nothing is waited for any longer than this; what fails now is not tried again. */
    synchronized void hurry(Duration left) {
        end = System.nanoTime() + left.toNanos();
        notifyAll();
    }

    /** @param path such as {@code runs/create} */
    JsonNode post(String path, JsonNode body) throws Refused, OutOfTime, InterruptedException {
        return answered(posted(path, body), Integer.MAX_VALUE, null);
    }

    /**
     * As {@link #post}, for what is not to be done twice: where it may have been done, that is asked first.
     *
     * @param question for {@code runs/search}
     * @param done from the answer to it, what the lost one was; null: it was not done
     */
    JsonNode postOnce(String path, JsonNode body, JsonNode question, UnaryOperator<JsonNode> done)
            throws Refused, OutOfTime, InterruptedException {
        return answered(posted(path, body), Integer.MAX_VALUE, new Question(posted("runs/search", question), done));
    }

    /** As {@link #post}; what a server fails at again and again is refused, too. */
    JsonNode offer(String path, JsonNode body) throws Refused, OutOfTime, InterruptedException {
        return answered(posted(path, body), MOST_FAILURES, null);
    }

    /** @param pathAndQuery such as {@code runs/get?run_id=…}, encoded */
    JsonNode get(String pathAndQuery) throws Refused, OutOfTime, InterruptedException {
        return answered(request(pathAndQuery).GET().build(), Integer.MAX_VALUE, null);
    }

    private HttpRequest posted(String path, JsonNode body) {
        return request(path).POST(BodyPublishers.ofString(body.toString())).build();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.base() + "/api/2.0/mlflow/" + path))
                .header("Content-Type", "application/json")
                .header("User-Agent", "sparring");
        return server.authorization() == null ? request : request.header("Authorization", server.authorization());
    }

    /** @param question null: it may be done twice */
    private JsonNode answered(HttpRequest request, int mostFailures, Question question)
            throws Refused, OutOfTime, InterruptedException {
        Duration pause = firstPause;
        boolean perhapsDone = false;
        for (int failures = 1; ; failures++) {
            boolean last = isHurried();
            try {
                if (question == null) {
                    return attempt(request, ANSWER);
                }
                JsonNode done = perhapsDone ? question.done().apply(attempt(question.request(), ANSWER)) : null;
                return done != null ? done : attempt(request, ANSWER_OF_ONE);
            } catch (Failed e) {
                // Who answers 429 has not even looked at it.
                perhapsDone |= e.status != TOO_MANY;
                if (!saidSilent) {
                    saidSilent = true;
                    silent.accept(e.getMessage());
                }
                if (e.status == 500 && failures >= mostFailures) {
                    throw new Refused(e.status, "INTERNAL_ERROR", e.getMessage());
                }
                pause(e.pause == null ? pause : e.pause, last, e.pause != null);
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
    }

    private synchronized boolean isHurried() {
        return end != null;
    }

    /**
     * @param last whether it is to be over: then only what the server has asked for is waited for, if there is time
     * @param asked whether it has asked for it
     */
    private synchronized void pause(Duration pause, boolean last, boolean asked)
            throws OutOfTime, InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        if (last && (!asked || end - until < 0)) {
            throw new OutOfTime();
        }
        for (long now = System.nanoTime(); now - until < 0 && (last || end == null); now = System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, until - now);
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private synchronized Duration patience(Duration most) throws OutOfTime {
        if (end == null) {
            return most;
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new OutOfTime();
        }
        return shorter(Duration.ofNanos(left), most);
    }

    private JsonNode attempt(HttpRequest request, Duration most)
            throws Failed, Refused, OutOfTime, InterruptedException {
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        Duration patience = patience(most);
        try {
            // The client's own limit ends with the header: a body may never come.
            return read(answer.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            if (isHurried() && patience.compareTo(most) < 0) {
                throw new OutOfTime();
            }
            throw new Failed(0, null, "no answer within " + patience.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new Failed(0, null, server.withoutSecrets(reason(e.getCause())));
        } finally {
            answer.cancel(true);
        }
    }

    private static String reason(Throwable e) {
        if (e instanceof UnresolvedAddressException
                || e instanceof ConnectException
                        && e.getCause() instanceof ConnectException again
                        && again.getCause() instanceof UnresolvedAddressException) {
            return "unknown host";
        }
        return e instanceof ConnectException ? "no connection" : Explanation.of(e);
    }

    private JsonNode read(HttpResponse<String> answer) throws Failed, Refused {
        int status = answer.statusCode();
        JsonNode body = parsed(answer.body());
        if (status == 200 && body != null) {
            return body;
        }
        String code = body == null ? "" : body.path("error_code").asText("");
        String message = server.withoutSecrets(status
                + (body == null || body.path("message").asText("").isBlank()
                        ? ""
                        : ": "
                                + body.path("message")
                                        .asText()
                                        .lines()
                                        .findFirst()
                                        .orElse("")));
        if (status == TOO_MANY || status == 408 || status >= 500) {
            throw new Failed(status, retryAfter(answer), "it answers " + message);
        }
        if (status >= 300 && status < 400) {
            throw new Refused(
                    status,
                    "",
                    status + ", it redirects, to "
                            + answer.headers()
                                    .firstValue("Location")
                                    .map(this::place)
                                    .orElse("nowhere") + ", which is not followed");
        }
        throw body == null ? Refused.notMlflow(status) : new Refused(status, code, message);
    }

    /** Of a redirection: what follows the path may be a secret. */
    private String place(String location) {
        return server.withoutSecrets(location.replaceFirst("[?#].*", ""));
    }

    private static JsonNode parsed(String body) {
        try {
            JsonNode parsed = JSON.readTree(body);
            return parsed != null && parsed.isObject() ? parsed : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** In seconds; null where it does not say so. */
    private static Duration retryAfter(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,9}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .map(asked -> shorter(asked, LONGEST_PAUSE))
                .orElse(null);
    }
}
