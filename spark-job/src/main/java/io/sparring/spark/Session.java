package io.sparring.spark;

import io.sparring.configuration.Configuration;
import io.sparring.network.NativeMath;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;

/** The Spark application around a command. */
final class Session {
    private Session() {}

    /** What spark-submit and the user have set. */
    static SparkConf settings() {
        SparkConf settings = new SparkConf();
        settings.setIfMissing("spark.master", "local[*]");
        return settings;
    }

    /** Hadoop's own configuration, as Spark sees it. */
    static org.apache.hadoop.conf.Configuration hadoop(SparkConf settings) {
        return SparkHadoopUtil.get().newConfiguration(settings);
    }

    /** Starts Spark, and the native library beside it. */
    static JavaSparkContext start(SparkConf settings, Configuration configuration) {
        startNativeMath();
        // Keys that nobody has set. One native thread a task: two are slower, and sums split by threads change bits.
        settings.setIfMissing(
                "spark.app.name", "sparring " + configuration.environment().id());
        settings.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1");
        settings.setIfMissing("spark.executorEnv.OPENBLAS_NUM_THREADS", "1");
        settings.setIfMissing("spark.ui.showConsoleProgress", "false");
        // A round's tasks take milliseconds: waiting seconds for the executor that has the shard would cost more than a
        // copy.
        settings.setIfMissing("spark.locality.wait", "200ms");
        if (settings.get("spark.master").startsWith("local")) {
            settings.setIfMissing("spark.ui.enabled", "false");
            settings.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            settings.setIfMissing("spark.driver.host", "127.0.0.1");
        }
        return new JavaSparkContext(settings);
    }

    /** Loading ND4J takes as long as starting Spark; the first gradient waits for it, not the first environment step. */
    private static void startNativeMath() {
        Thread loader = new Thread(NativeMath::useOneThread, "sparring-native-math");
        loader.setDaemon(true);
        loader.start();
    }
}
