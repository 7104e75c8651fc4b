package io.sparring.spark.training;

import org.apache.spark.SparkEnv;

/** Where a task runs. */
final class ThisExecutor {
    private ThisExecutor() {}

    /** A message's beginning that names who fails where, as in {@code shard 2 on executor 1 (10.0.0.7): }. */
    static String after(String who) {
        SparkEnv here = SparkEnv.get();
        return here == null || here.executorId().equals("driver")
                ? who + ": "
                : who + " on executor " + here.executorId() + " ("
                        + here.blockManager().blockManagerId().host() + "): ";
    }
}
