package io.sparring.spark;

import io.sparring.configuration.Configuration;
import io.sparring.network.NativeMath;
import java.util.List;
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

    /**
     * Asynchronous workers run all the time, each in a slot of its own. Where nobody has said how many threads to use
     * ({@code local[*]}), there are as many as workers, though the machine may have fewer processors.
     */
    static void makeRoom(SparkConf settings, Configuration configuration) {
        int workers = configuration.a3c().workers();
        if (configuration.algorithm() == Configuration.Algorithm.A3C
                && settings.get("spark.master").equals("local[*]")
                && workers > Runtime.getRuntime().availableProcessors()) {
            settings.setMaster("local[" + workers + "]");
        }
    }

    /** Hadoop's own configuration, as Spark sees it. */
    static org.apache.hadoop.conf.Configuration hadoop(SparkConf settings) {
        org.apache.hadoop.conf.Configuration hadoop = SparkHadoopUtil.get().newConfiguration(settings);
        // A host that never answers is asked 45 times for 20 s each by default: a quarter of an hour without a word. A
        // connection that is refused fails at once.
        setIfDefault(hadoop, "ipc.client.connect.max.retries.on.timeouts", "1");
        return hadoop;
    }

    /** Sets what neither the cluster's files nor the user have set. */
    private static void setIfDefault(org.apache.hadoop.conf.Configuration hadoop, String key, String value) {
        String[] sources = hadoop.getPropertySources(key);
        if (sources == null || List.of(sources).equals(List.of("core-default.xml"))) {
            hadoop.set(key, value);
        }
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
