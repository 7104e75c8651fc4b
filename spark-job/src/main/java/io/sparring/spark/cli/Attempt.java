package io.sparring.spark.cli;

import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunLock;
import java.io.IOException;
import java.time.Duration;
import org.apache.spark.SparkConf;

/**
 * A command's attempt to work in a folder. Of a {@link Submission} there may be several, one after the other: the first one marks the folder, and those
 * that follow find there what it has left.
 */
final class Attempt {
    private final RunFolder folder;
    private final Submission submission;
    private final Unfit unfit;
    private final boolean again;

    /** Refuses a folder that is not one to begin in. */
    interface Unfit {
        void refuse(RunFolder folder) throws IOException;
    }

    private Attempt(RunFolder folder, Submission submission, Unfit unfit, boolean again) {
        this.folder = folder;
        this.submission = submission;
        this.unfit = unfit;
        this.again = again;
    }

    /** Looks, and changes nothing. */
    static Attempt at(RunFolder folder, SparkConf settings, Unfit unfit) throws IOException {
        Submission submission = Submission.of(settings);
        boolean again = submission != null && folder.belongsTo(submission.id());
        if (!again) {
            unfit.refuse(folder);
        }
        return new Attempt(folder, submission, unfit, again);
    }

    /** Whether another attempt of the same submission has been here. */
    boolean again() {
        return again;
    }

    /** How long to wait for locks: an earlier attempt's driver is dead, but they may not look so yet. */
    Duration patience() {
        return again ? RunLock.DEAD_AFTER.multipliedBy(2) : Duration.ZERO;
    }

    /** Makes the folder this command's own. */
    void lock() throws IOException {
        folder.lock(patience());
        if (!again) {
            // Another one may have begun and ended meanwhile.
            unfit.refuse(folder);
        }
        if (submission != null) {
            folder.mark(submission.id());
        }
    }
}
