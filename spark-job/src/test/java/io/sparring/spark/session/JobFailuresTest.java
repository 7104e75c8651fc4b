package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.TrainingFailed;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.configuration.MissingHere;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkException;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;
import scala.collection.mutable.ArrayBuffer;

class JobFailuresTest {
    private static final String ABORTED =
            "Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: Lost task 0.3 in stage 0.0 (TID 5) (host-1 executor 1): ";

    private static final int STAGE = 7;

    private final List<Integer> givenUp = new ArrayList<>();
    private final JobFailures failures = new JobFailures(givenUp::add);

    private void taskFails(Throwable e) {
        failures.onTaskEnd(
                new SparkListenerTaskEnd(STAGE, 0, "", new ExceptionFailure(e, new ArrayBuffer<>()), null, null, null));
    }

    /** As Spark gives a job up: with the last failure's first line, and itself as the cause. */
    private String reason(Throwable last) {
        return failures.reason(new SparkException(ABORTED + last + "\n\tat somewhere", last));
    }

    /** What every use of a class but the first gets, with what the JVM has kept of the first: no causes of its own. */
    private static Throwable later() {
        Throwable e = new NoClassDefFoundError("Could not initialize class Natives");
        e.initCause(new ExceptionInInitializerError(
                "Exception java.lang.RuntimeException: java.lang.ExceptionInInitializerError [in thread \"task 0\"]"));
        return e;
    }

    @Test
    void aLibraryThatIsMissingIsSaidThoughTheLastTaskOnlyMissesAClass() {
        taskFails(new IllegalStateException("an environment that crashed once"));
        taskFails(new ExceptionInInitializerError(new RuntimeException(new ExceptionInInitializerError(
                new UnsatisfiedLinkError("libstdc++.so.6: cannot open shared object file")))));
        taskFails(later());

        assertThat(reason(later()))
                .isEqualTo(ABORTED + "java.lang.UnsatisfiedLinkError: libstdc++.so.6: cannot open shared object file");
    }

    @Test
    void aFailureWithWordsOfItsOwnIsNotReplacedByAnEarlierOne() {
        taskFails(new UnsatisfiedLinkError("libx.so"));

        assertThat(reason(new IOException("no route to host")))
                .isEqualTo(ABORTED + "java.io.IOException: no route to host");
    }

    @Test
    void whatReflectionAndInitializersHandOnIsSaidAndNotThatTheyDo() {
        Throwable unpacked = new ExceptionInInitializerError("Cannot unpack libzstd-jni: Read-only file system");
        assertThat(reason(new IOException(new InvocationTargetException(unpacked))))
                .isEqualTo(ABORTED + "Cannot unpack libzstd-jni: Read-only file system");
    }

    @Test
    void aMistakeOfTheUsersIsTriedOnceAndSaidThoughSparkOnlySaysThatTheStageWasCancelled() {
        Throwable mistake = new TrainingFailed("tried on executor 1", new InvalidConfiguration("environment: no"));
        Throwable cancelled = new SparkException("Job 3 cancelled because Stage 7 was cancelled", null);
        assertThat(failures.isMistake(cancelled)).isFalse();

        taskFails(mistake);

        assertThat(givenUp).containsExactly(STAGE);
        assertThat(failures.isMistake(cancelled)).isTrue();
        assertThat(failures.first(cancelled)).isSameAs(mistake);
        assertThat(failures.isMistake(new SparkException(ABORTED + mistake, mistake)))
                .isTrue();
        assertThat(failures.isMistake(new SparkException(ABORTED + "ExecutorLostFailure", null)))
                .isFalse();
    }

    @Test
    void whatOnlyOneMachineLacksIsTriedElsewhere() {
        Throwable missing = new TrainingFailed("tried on executor 1", new MissingHere("environment: no Python"));

        taskFails(missing);

        assertThat(givenUp).isEmpty();
        assertThat(failures.isMistake(new SparkException(ABORTED + missing, missing)))
                .isFalse();
    }

    @Test
    void anExecutorThatWasLostIsSaidInSparksWords() {
        String lost = ABORTED + "ExecutorLostFailure (executor 1 exited caused by one of the running tasks)";
        assertThat(failures.reason(new SparkException(lost + "\nDriver stacktrace:", null)))
                .isEqualTo(lost);
    }
}
