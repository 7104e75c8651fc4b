package io.sparring.spark.session;

import io.sparring.Explanation;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.configuration.MissingHere;
import io.sparring.environment.gymnasium.PythonFailure;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Why jobs fail. Spark gives a job up with the last failure of a task, and where a library cannot be loaded only the first task of an executor
 * was told why: all later ones find a class that could not be initialized. A job in which a task finds a mistake of the user's is given up at once:
 * the same mistake would be found by each of Spark's four attempts.
 */
public final class JobFailures extends SparkListener {
    /** What comes before a task's own words, in Spark's. */
    private static final Pattern LOST_TASK = Pattern.compile("(.* \\(\\S+ executor \\S+\\): ).*");

    /** Stages that are not to be tried any further. */
    private final IntConsumer giveUp;

    /** The first failure to load or to initialize a class. */
    private volatile Throwable first;

    /** The first failure that is the user's to mend. */
    private volatile Throwable mistake;

    /** @param giveUp is told the number of each stage that is not to be tried any further */
    JobFailures(IntConsumer giveUp) {
        this.giveUp = giveUp;
    }

    /** Those from here on. */
    public static JobFailures of(JavaSparkContext spark) {
        JobFailures failures = new JobFailures(stage -> spark.sc().cancelStage(stage));
        spark.sc().addSparkListener(failures);
        return failures;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (!(event.reason() instanceof ExceptionFailure failure)
                || failure.exception().isEmpty()) {
            return;
        }
        Throwable e = failure.exception().get();
        if (first == null && isLinkage(e) && !Explanation.isAftermath(e)) {
            first = e;
        }
        if (isUsers(e)) {
            if (mistake == null) {
                mistake = e;
            }
            giveUp.accept(event.stageId());
        }
    }

    private static boolean isLinkage(Throwable e) {
        return e instanceof LinkageError || e.getCause() != null && isLinkage(e.getCause());
    }

    /** Whether it is the user's to mend, wherever it is tried. */
    private static boolean isUsers(Throwable e) {
        return e instanceof InvalidConfiguration && !(e instanceof MissingHere)
                || e instanceof PythonFailure failure && failure.isRefused()
                || e.getCause() != null && isUsers(e.getCause());
    }

    /** Whether a job failed of a mistake of the user's. */
    public boolean isMistake(Throwable e) {
        return isUsers(first(e));
    }

    /** The first failure, where this one only comes of it; else itself. */
    public Throwable first(Throwable e) {
        if (mistake != null && isGivenUp(e)) {
            return mistake;
        }
        return first != null && Explanation.isAftermath(e) ? first : e;
    }

    private static boolean isGivenUp(Throwable e) {
        return e instanceof SparkException
                && e.getCause() == null
                && String.valueOf(e.getMessage()).contains(" cancelled ");
    }

    /** What a job failed of, in one line. */
    public String reason(Throwable e) {
        if (!(e instanceof SparkException)) {
            return e.toString();
        }
        String said = Explanation.of(e);
        Matcher lost = LOST_TASK.matcher(said);
        // Without a cause it was the executor that was lost.
        return e.getCause() == null || !lost.matches()
                ? said
                : lost.group(1) + Explanation.ofCause(first(e.getCause()));
    }
}
