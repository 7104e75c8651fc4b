package io.sparring.spark.training;

import io.sparring.Explanation;
import io.sparring.Seconds;
import io.sparring.algorithm.A3cWorker;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.parameterserver.Channel;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.Update;
import io.sparring.spark.session.JobFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/**
 * A3C's workers as long-running tasks, each a Spark job of its own, and the way between them and the server at the driver.
 *
 * <p>A task that fails or dies with its executor is started again by Spark, and its higher attempt number fences off whatever is
 * left of it. Since each worker has its own job, one that Spark gives up ({@code spark.task.maxFailures}) leaves
 * the others alone: it is submitted again if it had pushed anything, and given up for good if not.
 *
 * <p>An executor that is being decommissioned waits for its tasks to end, which a worker's does not: it is killed, and Spark starts it again
 * on another executor without counting that as a failure.
 */
public final class SparkWorkers implements Workers {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** Which property of its job names a worker. */
    private static final String WORKER = "sparring.worker";

    private static final Duration SLOTS_SETTLE = Duration.ofSeconds(3);

    private final JavaSparkContext spark;
    private final JobFailures failures;
    private final Configuration configuration;
    private final EnvironmentSource source;
    private final ParameterTransport transport;
    private final boolean logs;
    private final int count;
    private final Residences residences = new Residences();
    private final List<Job> jobs = new ArrayList<>();
    private ParameterServer server;
    private ParameterTransport.ServerEnd serverEnd;
    private long refusedSaid;
    private long received;
    private long sent;

    /** One worker's job; null future: given up. */
    private static final class Job {
        private JavaFutureAction<List<Boolean>> future;
        private long mergedBefore;

        boolean isDone() {
            return future == null || future.isDone();
        }
    }

    /** @throws InterruptedException while waiting for slots, where they say how many workers there are */
    public SparkWorkers(
            JavaSparkContext spark, Configuration configuration, EnvironmentSource source, ParameterTransport transport)
            throws InterruptedException {
        this(spark, configuration, source, transport, false);
    }

    /** @param logs whether their pushes tell what they have acted */
    SparkWorkers(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSource source,
            ParameterTransport transport,
            boolean logs)
            throws InterruptedException {
        this.spark = spark;
        this.logs = logs;
        failures = JobFailures.of(spark);
        this.configuration = configuration;
        this.source = source;
        this.transport = transport;
        spark.sc().addSparkListener(residences);
        int asked = configuration.a3c().workers();
        count = asked == Configuration.A3c.AUTO_WORKERS ? settledSlots() : asked;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public String whyMissing() {
        int slots = slots();
        if (slots == 0) {
            return ": no executor has come";
        }
        if (slots < count) {
            return ": there are " + slots + " slots only";
        }
        return ": there are " + slots + " slots, but not every worker reaches " + serverEnd.description()
                + "; open that port to executors, or set spark.driver.host to a name that they reach";
    }

    /** How many tasks can run at once, now. */
    private int slots() {
        return spark.sc()
                .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
    }

    /** Executors register one after the other: waits until no more have come for a while. */
    private int settledSlots() throws InterruptedException {
        long begin = System.nanoTime();
        long changed = begin;
        int slots = slots();
        boolean local = spark.isLocal();
        while (!local && (slots == 0 || System.nanoTime() - changed < SLOTS_SETTLE.toNanos())) {
            if (System.nanoTime() - begin > configuration.a3c().patience().toNanos()) {
                if (slots == 0) {
                    throw new TrainingFailed(String.format(
                            Locale.ROOT,
                            "no executor has come within %s (a3c.patience-seconds), and a3c.workers is auto",
                            Seconds.text(configuration.a3c().patienceSeconds())));
                }
                break;
            }
            Thread.sleep(100);
            int now = slots();
            if (now != slots) {
                slots = now;
                changed = System.nanoTime();
            }
        }
        return slots;
    }

    @Override
    public void start(ParameterServer server) {
        this.server = server;
        try {
            serverEnd = transport.open(server, count);
        } catch (IOException e) {
            throw new TrainingFailed("the parameter server could not be started: " + Explanation.of(e), e);
        }
        server.remark(count + " workers reach the parameter server by " + serverEnd.description());
        int slots = slots();
        if (slots < count) {
            server.remark(count + " workers and " + slots + " slots"
                    + (spark.isLocal()
                            ? ": the others wait in vain; use --master local[" + count + "] or a3c.workers=auto"
                            : " so far: the others start when slots come"));
        }
        for (int worker = 0; worker < count; worker++) {
            Job job = new Job();
            jobs.add(job);
            submit(worker, job);
        }
    }

    private void submit(int worker, Job job) {
        job.mergedBefore = server.merged(worker);
        Configuration all = configuration;
        EnvironmentSource environments = source;
        ParameterTransport.WorkerEnd way = serverEnd.workerEnd();
        boolean telling = logs;
        spark.setJobDescription("worker " + worker);
        spark.setLocalProperty("spark.job.interruptOnCancel", "true");
        spark.setLocalProperty(WORKER, Integer.toString(worker));
        job.future = spark.parallelize(List.of(worker), 1)
                .map(index -> work(all, environments, index, way, telling))
                .collectAsync();
        spark.setLocalProperty(WORKER, null);
    }

    /** A worker's task. */
    private static boolean work(
            Configuration configuration,
            EnvironmentSource source,
            int index,
            ParameterTransport.WorkerEnd way,
            boolean logs)
            throws Exception {
        // Spark numbers the attempts of all tasks of an application upwards, whatever executor they run on.
        long attempt = TaskContext.get().taskAttemptId();
        try (Channel channel = way.connect(index, attempt);
                ParameterServerClient client = new ParameterServerClient(
                        channel,
                        index,
                        attempt,
                        ParameterServerClient.Patience.of(configuration.a3c().patience()));
                A3cWorker worker = new A3cWorker(configuration, source, index, client, logs)) {
            worker.run();
            return true;
        } catch (IOException | RuntimeException e) {
            throw new TrainingFailed(ThisExecutor.after("worker " + index) + Explanation.of(e), e);
        }
    }

    @Override
    public List<Update> next(int pushes) throws InterruptedException {
        for (int worker = 0; worker < count; worker++) {
            Job job = jobs.get(worker);
            if (job.future != null && job.future.isDone()) {
                ended(worker, job);
            }
        }
        moveOut();
        checkTransport();
        return server.take(pushes, POLL.toNanos());
    }

    /** Takes workers off executors that are to go. */
    private void moveOut() {
        residences.running.forEach((task, executor) -> {
            if (spark.sc()
                            .taskScheduler()
                            .getExecutorDecommissionState(executor)
                            .isDefined()
                    && residences.running.remove(task) != null) {
                server.remark("executor " + executor + " is being decommissioned: its worker moves");
                spark.sc().killTaskAttempt(task, true, "executor " + executor + " is being decommissioned");
            }
        });
    }

    /** On which executors workers live. */
    private static final class Residences extends SparkListener {
        private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
        /** Executors by the number of a worker's task. */
        private final Map<Long, String> running = new ConcurrentHashMap<>();

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted event) {
            if (event.properties().getProperty(WORKER) != null) {
                stages.add(event.stageInfo().stageId());
            }
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart event) {
            if (stages.contains(event.stageId())) {
                running.put(event.taskInfo().taskId(), event.taskInfo().executorId());
            }
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd event) {
            running.remove(event.taskInfo().taskId());
        }
    }

    private void checkTransport() {
        try {
            serverEnd.check();
        } catch (IOException e) {
            throw new TrainingFailed("the way to the workers is lost: " + Explanation.of(e), e);
        }
        long refused = serverEnd.refused();
        // Twice as many as last time: an intruder does not get to fill the screen.
        if (refused > 2 * refusedSaid) {
            refusedSaid = refused;
            server.remark(refused + " datagrams or messages that are not this run's were refused so far");
        }
    }

    /** A worker ends by itself only where the server says so; whatever else ended it is a failure. */
    private void ended(int worker, Job job) throws InterruptedException {
        String reason;
        boolean mistake;
        try {
            job.future.get();
            job.future = null;
            return;
        } catch (ExecutionException e) {
            reason = SparkRounds.reason(failures, e.getCause());
            mistake = failures.isMistake(e.getCause());
        }
        if (server.merged(worker) > job.mergedBefore) {
            server.remark("worker " + worker + " failed and is started again: " + reason);
            submit(worker, job);
            return;
        }
        job.future = null;
        long left = jobs.stream().filter(other -> other.future != null).count();
        int least = configuration.a3c().minWorkers();
        if (left < least) {
            String message = "worker " + worker + " failed for good, " + left + " are left, and a3c.min-workers is "
                    + least + ": " + reason;
            boolean nothingLearned = IntStream.range(0, count).allMatch(other -> server.merged(other) == 0);
            throw mistake && nothingLearned ? new InvalidConfiguration(message) : new TrainingFailed(message);
        }
        server.remark("worker " + worker + " failed for good, and training goes on with " + left + ": " + reason);
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        List<Integer> started = server.started();
        for (int worker = 0; worker < count; worker++) {
            if (!started.contains(worker)) {
                cancel(jobs.get(worker));
            }
        }
        awaitJobs(configuration.a3c().patience());
        for (int worker = 0; worker < count; worker++) {
            if (!jobs.get(worker).isDone()) {
                server.remark("worker " + worker + " has not ended within "
                        + Seconds.text(configuration.a3c().patienceSeconds()) + " and is cancelled");
                cancel(jobs.get(worker));
            }
        }
    }

    private void awaitJobs(Duration patience) throws InterruptedException {
        long begin = System.nanoTime();
        while (!jobs.stream().allMatch(Job::isDone) && System.nanoTime() - begin < patience.toNanos()) {
            Thread.sleep(2);
        }
    }

    private static void cancel(Job job) {
        if (job.future != null) {
            job.future.cancel(true);
            job.future = null;
        }
    }

    /** Bytes of messages from workers to the server. */
    public long bytesReceived() {
        return serverEnd == null ? received : serverEnd.bytesReceived();
    }

    /** Bytes of messages from the server to workers. */
    public long bytesSent() {
        return serverEnd == null ? sent : serverEnd.bytesSent();
    }

    /** Workers that are still there are told to end, then cancelled; the way to the server stays open until they are gone. */
    @Override
    public void close() {
        if (serverEnd == null) {
            return;
        }
        server.finish();
        try {
            awaitJobs(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        jobs.forEach(SparkWorkers::cancel);
        received = serverEnd.bytesReceived();
        sent = serverEnd.bytesSent();
        serverEnd.close();
        serverEnd = null;
        spark.sc().removeSparkListener(residences);
        spark.sc().removeSparkListener(failures);
    }
}
