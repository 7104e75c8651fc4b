package io.sparring.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparring.tracking.MlflowRequests.OutOfTime;
import io.sparring.tracking.MlflowRequests.Refused;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * MLflow's tracking server, as <a href="https://mlflow.org/docs/latest/api_reference/rest-api.html">its REST interface</a> has it. What is told waits in
 * memory, as much as {@link #MOST_WAITING}, for one thread that sends it; what does not fit is dropped and counted.
 */
final class Mlflow implements Tracking {
    /** The tag by which a part of a run is found again. */
    static final String KEY = "sparring.key";

    /** The tag by which a run is found whose creation was not answered. */
    static final String CREATION = "sparring.creation";

    /** Numbers. Each takes some 60 bytes. */
    private static final int MOST_WAITING = 100_000;
    /** Runs that have something to say. */
    private static final int MOST_RUNS = 10_000;

    /** Runs that have something to say of earlier sessions: what is new is to wait for few of them. */
    private static final int MOST_EARLIER = 500;

    private static final Duration LAST = Duration.ofSeconds(5);
    /** So that a request has more than a round in it. */
    private static final Duration GATHER = Duration.ofSeconds(1);
    /** What servers before 2.8 take. */
    private static final int LONGEST_PARAMETER_BEFORE = 500;

    private static final int RUNS_A_PAGE = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MlflowServer server;
    private final Consumer<String> remark;
    private final Duration last;
    private final MlflowRequests requests;
    private final Set<MlflowRun> eager = new LinkedHashSet<>();
    private final Deque<Earlier> earlier = new ArrayDeque<>();
    private int waiting;
    private long dropped;
    private boolean closing;
    /** Whether the server has refused everything. */
    private boolean off;
    /** Null before there is a run. */
    private Thread thread;

    private boolean saidRefused;
    private String experimentId;
    /** Of runs that go on: their parts that the server knows and nobody has told of yet, by their keys. */
    private final Map<MlflowRun, Map<String, KnownRun>> parts = new HashMap<>();

    /** What earlier sessions of a run should have told. */
    private record Earlier(MlflowRun run, BooleanSupplier tellNext) {}

    Mlflow(MlflowServer server, Consumer<String> remark, Duration firstPause, Duration last) {
        this.server = server;
        this.remark = remark;
        this.last = last;
        requests = new MlflowRequests(
                server,
                firstPause,
                why -> remark.accept(server + ": " + why
                        + "; it is tried again beside the work, and at the end it is said what was not written there"));
    }

    /** As the environment's variables ask for it. */
    static Tracking asked(Map<String, String> environment, Consumer<String> remark) {
        MlflowServer server = MlflowServer.of(environment).orElse(null);
        if (server == null) {
            remark.accept(VARIABLE + ": only http://…, https://… and databricks are spoken; nothing is tracked");
            return new NoTracking();
        }
        return new Mlflow(server, remark, Duration.ofSeconds(1), LAST);
    }

    @Override
    public boolean isAsked() {
        return true;
    }

    @Override
    public TrackedRun run(
            String name, Map<String, ?> parameters, Map<String, String> tags, String kept, Consumer<String> keep) {
        MlflowRun run = new MlflowRun(this, null, null, name, parameters, tags, kept, keep);
        told(run, 0, () -> {});
        return run;
    }

    /** @param count how many numbers there are, of which none may find room */
    synchronized void told(MlflowRun run, int count, Runnable add) {
        if (off || waiting + count > MOST_WAITING || !eager.contains(run) && eager.size() >= MOST_RUNS) {
            dropped += count;
            return;
        }
        int before = run.waiting();
        add.run();
        waiting += run.waiting() - before;
        eager.add(run);
        if (thread == null) {
            thread = new Thread(this::work, "mlflow");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    synchronized void earlier(MlflowRun run, BooleanSupplier tellNext) {
        if (!off) {
            earlier.add(new Earlier(run, tellNext));
            notifyAll();
        }
    }

    private void work() {
        try {
            while (hasMore()) {
                catchUp();
                for (MlflowRun run : next()) {
                    send(run);
                }
                gather();
            }
        } catch (OutOfTime | InterruptedException e) {
            // What is left is counted by close().
        } catch (Refused e) {
            turnOff(e.getMessage());
        } catch (RuntimeException e) {
            turnOff("its answers are not understood (" + e.getClass().getSimpleName() + ")");
        }
    }

    private synchronized void turnOff(String why) {
        off = true;
        remark.accept(server + ": " + why + "; nothing is tracked from here on");
    }

    /** Waits for what there is to say; false: it is over. */
    private synchronized boolean hasMore() throws InterruptedException {
        while (eager.isEmpty() && earlier.isEmpty() && !closing) {
            wait();
        }
        return !eager.isEmpty() || !earlier.isEmpty();
    }

    /** Takes of what earlier sessions should have told as much as there is room for. */
    private void catchUp() throws Refused, OutOfTime, InterruptedException {
        for (Earlier next = nextEarlier(); next != null; next = nextEarlier()) {
            makeKnown(next.run);
            if (next.run.unwanted || !next.tellNext.getAsBoolean()) {
                synchronized (this) {
                    earlier.remove(next);
                }
            }
        }
    }

    private synchronized Earlier nextEarlier() {
        return waiting < MOST_WAITING / 2 && eager.size() < MOST_EARLIER ? earlier.peek() : null;
    }

    /** Those that have something to say, whole runs first. */
    private synchronized List<MlflowRun> next() {
        List<MlflowRun> all = new ArrayList<>(eager);
        all.sort(Comparator.comparing(run -> run.parent != null));
        return all;
    }

    private synchronized void gather() throws InterruptedException {
        long until = System.nanoTime() + GATHER.toNanos();
        for (long now = System.nanoTime(); !closing && now - until < 0; now = System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, until - now);
        }
    }

    private void send(MlflowRun run) throws Refused, OutOfTime, InterruptedException {
        makeKnown(run);
        if (run.unwanted) {
            drop(run);
            return;
        }
        for (MlflowRun.Batch batch = take(run); !batch.isEmpty(); batch = take(run)) {
            write(batch);
            synchronized (this) {
                waiting -= batch.points();
            }
        }
        ObjectNode end;
        synchronized (this) {
            end = run.takeEnd();
            if (run.isIdle()) {
                eager.remove(run);
            }
        }
        if (end != null) {
            try {
                requests.post("runs/update", end);
            } catch (Refused e) {
                refused("the end of a run", e);
            }
        }
    }

    private synchronized MlflowRun.Batch take(MlflowRun run) {
        return run.take();
    }

    private synchronized void drop(MlflowRun run) {
        dropped += run.waiting();
        waiting -= run.waiting();
        run.forget();
        eager.remove(run);
    }

    /** What is refused is cut down to what is not. */
    private void write(MlflowRun.Batch batch) throws Refused, OutOfTime, InterruptedException {
        if (batch.points() > 0 && !batch.has("metrics") && !batch.has("params") && !batch.has("tags")) {
            // The server had all of it.
            return;
        }
        try {
            requests.offer("runs/log-batch", batch.json());
        } catch (Refused e) {
            if (!batch.has("params")) {
                refused("numbers", e);
                synchronized (this) {
                    dropped += batch.points();
                }
                return;
            }
            MlflowRun.Batch rest = batch.withoutParameters();
            if (rest.has("metrics") || rest.has("tags")) {
                write(rest);
                // It may have been these that were refused.
                if (takes(batch.parameters(MlflowRun.LONGEST_PARAMETER))) {
                    return;
                }
            }
            try {
                requests.offer(
                        "runs/log-batch",
                        batch.parameters(LONGEST_PARAMETER_BEFORE).json());
            } catch (Refused again) {
                refused("parameters", again);
            }
        }
    }

    private boolean takes(MlflowRun.Batch batch) throws Refused, OutOfTime, InterruptedException {
        try {
            requests.offer("runs/log-batch", batch.json());
            return true;
        } catch (Refused e) {
            if (e.ofAll()) {
                throw e;
            }
            return false;
        }
    }

    /** Said once, however often it comes. */
    private void refused(String what, Refused e) throws Refused {
        if (e.ofAll()) {
            throw e;
        }
        if (!saidRefused) {
            saidRefused = true;
            remark.accept(server + ": it does not take " + what + " (" + e.getMessage() + "), and perhaps others");
        }
    }

    private void makeKnown(MlflowRun run) throws Refused, OutOfTime, InterruptedException {
        if (run.id != null || run.unwanted) {
            return;
        }
        if (run.parent != null) {
            makeKnown(run.parent);
            if (run.parent.unwanted) {
                run.unwanted = true;
                return;
            }
            KnownRun before = known(run);
            if (before != null) {
                synchronized (this) {
                    run.goesOnFrom(before);
                }
                return;
            }
            run.experimentId = run.parent.experimentId;
        } else if (goesOn(run)) {
            return;
        } else {
            run.experimentId = experiment();
        }
        try {
            run.id = id(
                    requests.postOnce(
                            "runs/create",
                            run.creation(run.experimentId, run.parent == null ? null : run.parent.id),
                            search(run.experimentId, CREATION, run.creation),
                            found -> found.path("runs").isEmpty()
                                    ? null
                                    : JsonNodeFactory.instance
                                            .objectNode()
                                            .set("run", found.path("runs").get(0))),
                    "/run/info/run_id");
        } catch (Refused e) {
            run.unwanted = true;
            refused("a run", e);
            return;
        }
        if (run.parent == null) {
            keep(run);
        }
    }

    /** What the server knows of a part from an earlier session; null: nothing. */
    private KnownRun known(MlflowRun part) throws Refused, OutOfTime, InterruptedException {
        if (!part.parent.goesOn()) {
            return null;
        }
        if (!parts.containsKey(part.parent)) {
            findParts(part.parent);
        }
        return parts.get(part.parent).remove(part.key);
    }

    private void keep(MlflowRun run) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        kept.put("mlflow", server.base().toString());
        kept.put("experiment_id", run.experimentId);
        kept.put("run_id", run.id);
        run.keep.accept(kept.toString());
        remark.accept("MLflow shows this at " + server.page(run.experimentId, run.id));
    }

    /** Whether the server knows it from an earlier session. */
    private boolean goesOn(MlflowRun run) throws Refused, OutOfTime, InterruptedException {
        String id = keptId(run.kept);
        if (id == null) {
            return false;
        }
        JsonNode before;
        try {
            JsonNode answer = requests.get("runs/get?run_id=" + encoded(id));
            id(answer, "/run/info/run_id");
            id(answer, "/run/info/experiment_id");
            before = answer.path("run");
        } catch (Refused e) {
            if (e.ofAll()) {
                throw e;
            }
            return false;
        }
        if (before.path("info").path("lifecycle_stage").asText().equals("deleted")) {
            return false;
        }
        synchronized (this) {
            run.goesOnFrom(KnownRun.of(before));
        }
        ObjectNode again = JsonNodeFactory.instance.objectNode();
        again.put("run_id", run.id).put("status", "RUNNING");
        try {
            requests.post("runs/update", again);
        } catch (Refused e) {
            refused("that a run goes on", e);
        }
        remark.accept("MLflow shows this at " + server.page(run.experimentId, run.id));
        return true;
    }

    /** Null where it is another server's, or was never written. */
    private String keptId(String kept) {
        if (kept == null) {
            return null;
        }
        try {
            JsonNode json = JSON.readTree(kept);
            String id = json.path("run_id").asText("");
            return json.path("mlflow").asText("").equals(server.base().toString()) && !id.isEmpty() ? id : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private void findParts(MlflowRun run) throws Refused, OutOfTime, InterruptedException {
        Map<String, KnownRun> found = new HashMap<>();
        String page = "";
        do {
            ObjectNode asked = search(run.experimentId, "mlflow.parentRunId", run.id);
            if (!page.isEmpty()) {
                asked.put("page_token", page);
            }
            JsonNode answer = requests.post("runs/search", asked);
            for (JsonNode part : answer.path("runs")) {
                for (JsonNode tag : part.path("data").path("tags")) {
                    if (tag.path("key").asText().equals(KEY)) {
                        found.put(tag.path("value").asText(), KnownRun.of(part));
                    }
                }
            }
            page = answer.path("next_page_token").asText("");
        } while (!page.isEmpty());
        parts.put(run, found);
    }

    /** Runs that have a tag. */
    private static ObjectNode search(String experiment, String tag, String value) {
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.putArray("experiment_ids").add(experiment);
        asked.put("filter", "tags.`" + tag + "` = '" + value + "'");
        asked.put("max_results", RUNS_A_PAGE);
        return asked;
    }

    private String experiment() throws Refused, OutOfTime, InterruptedException {
        if (experimentId == null) {
            try {
                experimentId = named();
            } catch (Refused e) {
                if (!e.isMissing()) {
                    throw e;
                }
                experimentId = made();
            }
        }
        return experimentId;
    }

    private String named() throws Refused, OutOfTime, InterruptedException {
        return id(
                requests.get("experiments/get-by-name?experiment_name=" + encoded(server.experiment())),
                "/experiment/experiment_id");
    }

    private String made() throws Refused, OutOfTime, InterruptedException {
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.put("name", server.experiment());
        try {
            return id(requests.post("experiments/create", asked), "/experiment_id");
        } catch (Refused e) {
            if (!e.code().equals("RESOURCE_ALREADY_EXISTS")) {
                throw e;
            }
            // Another run was faster.
            return named();
        }
    }

    /** What MLflow always gives: whoever answers without it is somebody else. */
    private static String id(JsonNode answer, String where) throws Refused {
        String id = answer.at(where).asText("");
        if (id.isEmpty()) {
            throw Refused.notMlflow(200);
        }
        return id;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        Thread working;
        synchronized (this) {
            closing = true;
            working = thread;
            notifyAll();
        }
        if (working == null) {
            return;
        }
        requests.hurry(last);
        try {
            working.join(last.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        working.interrupt();
        synchronized (this) {
            off = true;
            long lost = dropped + waiting;
            if (lost > 0 || !eager.isEmpty() || !earlier.isEmpty()) {
                remark.accept(String.format(Locale.ROOT, "%s: %,d numbers of this were not written there", server, lost)
                        + (eager.isEmpty()
                                ? ""
                                : String.format(Locale.ROOT, ", nor all else of %,d runs", eager.size()))
                        + (earlier.isEmpty() ? "" : ", and perhaps not all of earlier sessions"));
            }
        }
    }
}
