package io.sparring.spark.session;

import java.lang.Thread.UncaughtExceptionHandler;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.filter.ThresholdFilter;
import org.apache.spark.SparkContext;

/**
 * What Spark and Netty say while they are stopped: that tasks are refused by pools that are gone, that threads are interrupted. Under load
 * there are dozens of such lines, as errors and as exceptions that nobody catches, below the run's own last line. By then all that can be
 * wrong with the run has been said.
 */
final class LastWords {
    /** A process has one stderr. */
    private static final LastWords STDERR = new LastWords();

    /** Spark's: the application may have a class loader of its own. */
    private final LoggerContext log = (LoggerContext) LogManager.getContext(SparkContext.class.getClassLoader(), false);

    private final Filter nothing = ThresholdFilter.createFilter(Level.OFF, Filter.Result.NEUTRAL, Filter.Result.DENY);
    private UncaughtExceptionHandler others;
    private boolean silent;

    private LastWords() {
        // A signal that no command waits for ends the process by such hooks. Spark's is called later, and the
        // command, which goes on beside it, sees its jobs fail.
        ShutdownHookManager.get()
                .addShutdownHook(
                        () -> {
                            end();
                            Console.end();
                        },
                        Integer.MAX_VALUE);
    }

    /**
     * From here on nobody but this application speaks, neither in the log nor by an exception that is not caught nor to stderr, unless
     * the user has asked for the log.
     */
    static void silence() {
        STDERR.end();
    }

    /** Whoever speaks is heard, as at first. */
    static void hear() {
        STDERR.begin();
    }

    private synchronized void end() {
        boolean asked = log.getConfiguration().getRootLogger().getLevel().isLessSpecificThan(Level.WARN)
                || Boolean.getBoolean("sparring.debug");
        if (!silent && !asked) {
            silent = true;
            log.addFilter(nothing);
            others = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {});
            // Scala's futures print what a pool that is gone has refused.
            Console.hearNobodyElse();
        }
    }

    private synchronized void begin() {
        if (silent) {
            silent = false;
            log.removeFilter(nothing);
            Thread.setDefaultUncaughtExceptionHandler(others);
            Console.hearEverybody();
        }
    }
}
