package io.sparring.spark.session;

import io.sparring.Explanation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Why jobs fail. Spark gives a job up with the last failure of a task, and where a library cannot be loaded only the first task of an executor
 * was told why: all later ones find a class that could not be initialized.
 */
public final class JobFailures extends SparkListener {
    /** What comes before a task's own words, in Spark's. */
    private static final Pattern LOST_TASK = Pattern.compile("(.* \\(\\S+ executor \\S+\\): ).*");

    /** The first failure to load or to initialize a class. */
    private volatile Throwable first;

    JobFailures() {}

    /** Those from here on. */
    public static JobFailures of(JavaSparkContext spark) {
        JobFailures failures = new JobFailures();
        spark.sc().addSparkListener(failures);
        return failures;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (first == null
                && event.reason() instanceof ExceptionFailure failure
                && failure.exception().isDefined()) {
            Throwable e = failure.exception().get();
            if (isLinkage(e) && !Explanation.isAftermath(e)) {
                first = e;
            }
        }
    }

    private static boolean isLinkage(Throwable e) {
        return e instanceof LinkageError || e.getCause() != null && isLinkage(e.getCause());
    }

    /** The first failure, where this one only comes of it; else itself. */
    public Throwable first(Throwable e) {
        return first != null && Explanation.isAftermath(e) ? first : e;
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
