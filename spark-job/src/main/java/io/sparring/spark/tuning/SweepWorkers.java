package io.sparring.spark.tuning;

import io.sparring.algorithm.TrainingFailed;
import io.sparring.format.Unreadable;
import io.sparring.spark.session.ExecutorSettings;
import io.sparring.spark.session.JobFailures;
import io.sparring.tuning.Slice;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.SliceThread;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/**
 * A sweep's workers: long-lived tasks, each a Spark job of its own, that ask the driver for the next slice and bring the last one's result in the same
 * message. Which slices a worker that is gone was computing is known from Spark's word that its task has ended; they are given to others.
 */
public final class SweepWorkers {
    private static final Work END = new Work(Work.Kind.END, null);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration RECOUNT = Duration.ofSeconds(1);
    private static final long ASK_AGAIN_MILLIS = 200;
    /** After so long without work a worker ends, where its executor can go. */
    private static final Duration MOST_WAITING = Duration.ofSeconds(5);

    private final JavaSparkContext spark;
    private final JobFailures failures;
    private final Sweep sweep;
    private final Consumer<String> remark;
    private final boolean executorsComeAndGo;
    private final Set<String> gone = new HashSet<>();
    /** What each worker has been computing, and since when. */
    private final Map<String, Given> given = new HashMap<>();
    /** Since when each worker has been told to wait. */
    private final Map<String, Long> waiting = new HashMap<>();

    /** Whether the last worker that asked was given work: then more workers would be, too. */
    private boolean workIsThere = true;

    /** Where each worker is that has begun. */
    private final Map<String, String> places = new HashMap<>();

    /** What is still to be said, by the thread that looks after the sweep. */
    private final Queue<String> remarks = new ConcurrentLinkedQueue<>();

    private final LongSlices longSlices = new LongSlices();

    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final List<JavaFutureAction<List<Boolean>>> jobs = new ArrayList<>();

    /** How long each slice's worker had been free before it. */
    private final List<Long> idle = new ArrayList<>();

    private double computedSeconds;

    private record Given(Slice slice, long nanos) {}

    private SweepWorkers(JavaSparkContext spark, Sweep sweep, Consumer<String> remark) {
        this.spark = spark;
        failures = JobFailures.of(spark);
        // Asked at every answer, and Spark copies all of its settings for it.
        executorsComeAndGo = spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false);
        this.sweep = sweep;
        this.remark = remark;
    }

    /**
     * Works until the sweep is over.
     *
     * @param stop asked all the time: whether to leave it as it is
     * @param look called now and then
     * @param remark receives what the user should know, in one line each
     * @return what workers did with their time
     * @throws TrainingFailed if workers fail without computing anything, or the ledger cannot be written
     */
    public static Efficiency run(
            JavaSparkContext spark, Sweep sweep, BooleanSupplier stop, Runnable look, Consumer<String> remark)
            throws InterruptedException {
        SweepWorkers workers = new SweepWorkers(spark, sweep, remark);
        workers.run(stop, look);
        return workers.efficiency();
    }

    /**
     * What workers did with their time.
     *
     * @param nextSliceSeconds the median of the seconds in which a free worker had its next slice; NaN where there was none
     * @param computing which share of their time went to slices; NaN where there was none
     */
    public record Efficiency(double nextSliceSeconds, double computing) {}

    private synchronized Efficiency efficiency() {
        double idleSeconds = idle.stream().mapToLong(nanos -> nanos).sum() / 1e9;
        return new Efficiency(
                idle.isEmpty()
                        ? Double.NaN
                        : idle.stream()
                                        .sorted()
                                        .skip(idle.size() / 2)
                                        .findFirst()
                                        .orElseThrow()
                                / 1e9,
                computedSeconds / (computedSeconds + idleSeconds));
    }

    private void run(BooleanSupplier stop, Runnable look) throws InterruptedException {
        SweepPlugin.answerBy(this::answer);
        SparkListener tasks = new SparkListener() {
            @Override
            public void onTaskStart(SparkListenerTaskStart event) {
                TaskInfo task = event.taskInfo();
                begun(Long.toString(task.taskId()), SweepPlugin.place(task.executorId(), task.host()));
            }

            @Override
            public void onTaskEnd(SparkListenerTaskEnd event) {
                // Who was ended by Spark or by this driver was not ended by what it computed.
                boolean blameless =
                        event.taskInfo().successful() || event.taskInfo().killed();
                gone(
                        Long.toString(event.taskInfo().taskId()),
                        blameless || !(event.reason() instanceof TaskFailedReason failed)
                                ? null
                                : failed.toErrorString().lines().findFirst().orElse("unknown"));
            }
        };
        spark.sc().addSparkListener(tasks);
        long counted = System.nanoTime() - RECOUNT.toNanos();
        try {
            while (!sweep.isOver() && !stop.getAsBoolean() && failure.get() == null) {
                if (System.nanoTime() - counted >= RECOUNT.toNanos()) {
                    counted = System.nanoTime();
                    forgetEnded();
                    while (jobs.size() < wanted() && (workIsThere() || jobs.isEmpty())) {
                        submit();
                    }
                    remarkOnLongSlices();
                }
                passOnRemarks();
                look.run();
                Thread.sleep(POLL.toMillis());
            }
            passOnRemarks();
            if (failure.get() != null) {
                throw failure.get();
            }
        } finally {
            // First: what ends from here on ends by this.
            spark.sc().removeSparkListener(tasks);
            SweepPlugin.answerBy(question -> Message.encode(END));
            jobs.forEach(job -> job.cancel(true));
            spark.sc().removeSparkListener(failures);
        }
    }

    private void passOnRemarks() {
        for (String next = remarks.poll(); next != null; next = remarks.poll()) {
            remark.accept(next);
        }
    }

    /** As many as there are slots; where executors come when they are waited for, as many as may ever be useful. */
    private int wanted() {
        SweepFile file = sweep.file();
        int most = file.maxConcurrent() > 0 ? file.maxConcurrent() : Integer.MAX_VALUE;
        if (executorsComeAndGo) {
            int executors = spark.getConf().getInt("spark.dynamicAllocation.maxExecutors", 1000);
            long slots = (long) executors * ExecutorSettings.slots(spark.getConf());
            return (int) Math.min(Math.min(most, file.trials()), slots);
        }
        int slots = spark.sc()
                .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
        return Math.min(most, Math.max(1, slots));
    }

    private synchronized boolean workIsThere() {
        return workIsThere;
    }

    private void submit() {
        String name = sweep.file().name();
        String text = sweep.file().text();
        spark.setJobDescription("sweep worker");
        spark.setLocalProperty("spark.job.interruptOnCancel", "true");
        jobs.add(spark.parallelize(List.of(jobs.size()), 1)
                .map(ignored -> work(name, text))
                .collectAsync());
    }

    /** Jobs that Spark has given up. */
    private void forgetEnded() throws InterruptedException {
        for (JavaFutureAction<List<Boolean>> job : List.copyOf(jobs)) {
            if (!job.isDone()) {
                continue;
            }
            jobs.remove(job);
            try {
                job.get();
            } catch (ExecutionException e) {
                String reason = failures.reason(e.getCause());
                if (sweep.trials().stream().allMatch(trial -> trial.slices() == 0)) {
                    throw new TrainingFailed("no worker could begin: " + reason);
                }
                remark.accept("a worker has failed and is started again: " + reason);
            }
        }
    }

    /** Nobody ends those that hang where there is no limit, and nobody else would say so. */
    private synchronized void remarkOnLongSlices() {
        if (sweep.file().trialSeconds() > 0) {
            return;
        }
        given.forEach((worker, since) -> {
            double seconds = (System.nanoTime() - since.nanos()) / 1e9;
            if (longSlices.isSuspicious(since.slice(), seconds)) {
                remarks.add(
                        "trial " + since.slice().trial() + " has been computed for " + Math.round(seconds / 60)
                                + " min on " + places.getOrDefault(worker, "an executor")
                                + ", and may hang; to have such ones fail after 600 s, stop the sweep and go on with --resume and --set trial-seconds=600");
            }
        });
    }

    private synchronized void begun(String worker, String place) {
        places.put(worker, place);
    }

    /** @param why it may have been what it computed; null: it was not */
    private void gone(String worker, String why) {
        synchronized (this) {
            gone.add(worker);
            given.remove(worker);
            waiting.remove(worker);
            places.remove(worker);
        }
        try {
            sweep.lost(worker, why);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private byte[] answer(byte[] question) {
        try {
            return Message.encode(answer(Message.report(question)));
        } catch (Unreadable e) {
            failure.compareAndSet(null, new IllegalStateException("a worker's message: " + e.getMessage()));
            return Message.encode(END);
        }
    }

    private Work answer(Message.Report report) {
        try {
            if (report.result() != null) {
                sweep.finished(report.result());
                remarkIfLate(report.result());
            }
            synchronized (this) {
                given.remove(report.worker());
                if (report.result() != null) {
                    idle.add(report.idleNanos());
                    computedSeconds += report.result().seconds();
                    longSlices.ended(report.result().seconds());
                }
                if (gone.contains(report.worker())) {
                    // Spark has given it up, but its executor does not know yet.
                    return END;
                }
                Work work = sweep.next(report.worker());
                long now = System.nanoTime();
                workIsThere = work.kind() == Work.Kind.SLICE;
                if (workIsThere) {
                    waiting.remove(report.worker());
                    given.put(report.worker(), new Given(work.slice(), now));
                } else if (executorsComeAndGo
                        && now - waiting.computeIfAbsent(report.worker(), first -> now) > MOST_WAITING.toNanos()) {
                    return END;
                }
                return work;
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            return END;
        }
    }

    /** A trial that takes too long may be the first of many. */
    private void remarkIfLate(SliceResult result) {
        double limit = sweep.file().trialSeconds();
        if (limit > 0 && result.failure() != null && result.seconds() > limit) {
            remarks.add("trial " + result.trial() + " has failed: " + result.failure());
        }
    }

    /** A worker's task. */
    private static boolean work(String name, String text) throws Exception {
        TaskContext task = TaskContext.get();
        String worker = Long.toString(task.taskAttemptId());
        SweepFile sweep = SweepFile.parse(name, text, List.of(), null, path -> {
            throw new IllegalStateException(path);
        });
        try (SliceThread slices = new SliceThread(sweep, SweepPlugin.place())) {
            SliceResult result = null;
            long idleNanos = 0;
            long free = System.nanoTime();
            while (true) {
                Work work =
                        Message.work(SweepPlugin.ask(Message.encode(new Message.Report(worker, result, idleNanos))));
                result = null;
                switch (work.kind()) {
                    case END -> {
                        return true;
                    }
                    case WAIT -> Thread.sleep(ASK_AGAIN_MILLIS);
                    case SLICE -> {
                        idleNanos = System.nanoTime() - free;
                        result = slices.run(work.slice(), task::isInterrupted);
                        if (result == null) {
                            return false;
                        }
                        free = System.nanoTime();
                    }
                }
            }
        }
    }
}
