package io.sparring.spark.session;

import io.sparring.algorithm.Footprint;
import io.sparring.algorithm.Strategy;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.network.Engine;
import io.sparring.network.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Properties;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.Option;

/** The Spark application around a command. */
public final class Session {
    private static final Pattern LOCAL_THREADS = Pattern.compile("local\\[(\\*|\\d{1,9})(,.*)?]");
    private static final int MOST_STARTS = 5;
    /** Of a block of copies: CartPole's has some 40, CarRacing's some 100; doctor measures others. */
    private static final int PYTHON_MEBIBYTES = 100;

    /** Longer than any stop. */
    private static final Duration FOREVER = Duration.ofDays(365);

    private Session() {}

    /** What spark-submit and the user have set. */
    public static SparkConf settings() {
        SparkConf settings = new SparkConf();
        settings.setIfMissing("spark.master", "local[*]");
        // A standalone worker hands the secret to a driver of cluster mode by this variable and by no setting; Spark
        // looks for the setting.
        String secret = System.getenv("_SPARK_AUTH_SECRET");
        if (secret != null && settings.getBoolean("spark.authenticate", false)) {
            settings.setIfMissing("spark.authenticate.secret", secret);
        }
        return settings;
    }

    /**
     * Asynchronous workers run all the time, each in a slot of its own. Where nobody has said how many threads to use
     * ({@code local[*]}), there are as many as workers, though the machine may have fewer processors.
     */
    public static void makeRoom(SparkConf settings, Configuration configuration) {
        makeRoomForPython(settings, configuration);
        int workers = configuration.a3c().workers();
        if (!Strategy.of(configuration).inRounds()
                && settings.get("spark.master").equals("local[*]")
                && workers > Runtime.getRuntime().availableProcessors()) {
            settings.setMaster("local[" + workers + "]");
        }
    }

    /** Hadoop's own configuration, as Spark sees it. */
    public static org.apache.hadoop.conf.Configuration hadoop(SparkConf settings) {
        org.apache.hadoop.conf.Configuration hadoop = SparkHadoopUtil.get().newConfiguration(settings);
        // A host that never answers is asked 45 times for 20 s each by default: a quarter of an hour without a word. A
        // connection that is refused fails at once.
        setIfDefault(hadoop, "ipc.client.connect.max.retries.on.timeouts", "1");
        return hadoop;
    }

    /** Hadoop's configuration in somebody else's application: that of its session, or as Spark begins with it where there is none yet. */
    public static org.apache.hadoop.conf.Configuration hadoop() {
        Option<SparkSession> active = SparkSession.getActiveSession();
        Option<SparkSession> session = active.isDefined() ? active : SparkSession.getDefaultSession();
        return session.isDefined() && !session.get().sparkContext().isStopped()
                ? session.get().sparkContext().hadoopConfiguration()
                : hadoop(settings());
    }

    /** Sets what neither the cluster's files nor the user have set. */
    private static void setIfDefault(org.apache.hadoop.conf.Configuration hadoop, String key, String value) {
        String[] sources = hadoop.getPropertySources(key);
        if (sources == null || List.of(sources).equals(List.of("core-default.xml"))) {
            hadoop.set(key, value);
        }
    }

    /** Where containers are counted: more beside the heap than Spark's own default, which is for the JVM alone. */
    public static void makeRoomForPython(SparkConf settings, Configuration configuration) {
        int executors = Math.max(1, settings.getInt("spark.executor.instances", 2));
        makeRoomForPython(
                settings,
                configuration,
                Footprint.processes(configuration, executors, ExecutorSettings.slots(settings)));
    }

    /** The same where nothing is played but episodes of an evaluation, one block in each slot. */
    public static void makeRoomForEvaluation(SparkConf settings, Configuration configuration) {
        makeRoomForPython(settings, configuration, ExecutorSettings.slots(settings));
    }

    /** The same for trials of a sweep, each of which has so many processes. */
    public static void makeRoomForTrials(SparkConf settings, Configuration configuration, int processes) {
        makeRoomForPython(settings, configuration, ExecutorSettings.slots(settings) * processes);
    }

    private static void makeRoomForPython(SparkConf settings, Configuration configuration, int processes) {
        if (configuration.environment().isPythons()
                && ExecutorSettings.overheadCounts(settings)
                && !ExecutorSettings.overheadIsSet(settings)) {
            settings.set(
                    "spark.executor.memoryOverhead",
                    ExecutorSettings.overheadMebibytes(settings) + PYTHON_MEBIBYTES * processes + "m");
        }
    }

    /** Whether tasks run in this JVM. */
    public static boolean staysHere(SparkConf settings) {
        return settings.get("spark.master").matches("local(\\[.*)?");
    }

    /** How many cores an executor has, or this JVM where tasks {@linkplain #staysHere stay here}; any number where the cluster decides. */
    public static int executorCores(SparkConf settings) {
        if (!staysHere(settings)) {
            // Without a word of the user's a standalone executor has all of its worker's, and others one.
            return settings.getInt(
                    "spark.executor.cores", ExecutorSettings.overheadCounts(settings) ? 1 : Integer.MAX_VALUE);
        }
        Matcher threads = LOCAL_THREADS.matcher(settings.get("spark.master"));
        if (!threads.matches()) {
            return 1;
        }
        return threads.group(1).equals("*")
                ? Runtime.getRuntime().availableProcessors()
                : Integer.parseInt(threads.group(1));
    }

    /** Starts Spark. */
    public static JavaSparkContext start(SparkConf settings, Configuration configuration) {
        return start(settings, configuration, configuration.network().engine());
    }

    /**
     * Starts Spark.
     *
     * @param engine which is used, whatever the configuration's own is
     */
    public static JavaSparkContext start(SparkConf settings, Configuration configuration, Engine engine) {
        settings.setIfMissing(
                "spark.app.name", "sparring " + configuration.environment().id());
        if (staysHere(settings) && !Kernels.vectorized()) {
            Console.say("networks are computed " + Kernels.description());
        }
        if (configuration.environment().isPythons()) {
            // A shard's executor has a process that stands where the shard does; elsewhere one is started and plays its
            // episodes again, and it is all the same which machine that is on.
            settings.setIfMissing("spark.locality.wait.process", "3s");
            settings.setIfMissing("spark.locality.wait.node", "0s");
        }
        NativeCode.loadFirst(engine, settings);
        // A3C's tasks are done when the run is; when too few workers are there it ends by its own patience.
        return Strategy.of(configuration).inRounds() ? start(settings) : start(settings, (context, reason) -> {});
    }

    /** Starts Spark. */
    public static JavaSparkContext start(SparkConf settings) {
        return start(settings, Session::cancelJobs);
    }

    /** @param giveUp receives why more executors are of no use */
    private static JavaSparkContext start(SparkConf settings, BiConsumer<JavaSparkContext, String> giveUp) {
        defaults(settings);
        refuseKryo(settings);
        requireLocalFolder(settings);
        if (settings.get("spark.master").startsWith("local")) {
            settings.setIfMissing("spark.ui.enabled", "false");
            settings.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
            settings.setIfMissing("spark.driver.host", "127.0.0.1");
        }
        if (staysHere(settings)) {
            // The one executor is this JVM, which is there as long as anybody can ask. After a minute or two without a
            // heartbeat, as of a laptop that slept, Spark would take it for lost, never let it in again (it looks for a
            // scheduler that only clusters have), and end the JVM sixty heartbeats later. It looks for the same one
            // where a
            // message to itself was under way meanwhile.
            settings.setIfMissing("spark.storage.blockManagerHeartbeatTimeoutMs", Long.toString(FOREVER.toMillis()));
            settings.setIfMissing("spark.rpc.askTimeout", FOREVER.toSeconds() + "s");
        }
        JavaSparkContext spark = connect(settings);
        LostExecutors lost = new LostExecutors(reason -> giveUp.accept(spark, reason));
        spark.sc().addSparkListener(lost);
        // On YARN and Kubernetes most have come before there is a context to listen to.
        present(spark)
                .forEach(executor -> lost.came(executor.id(), executor.addTime().getTime()));
        return spark;
    }

    /**
     * Tables in a Spark that runs.
     *
     * @param catalogue whether tables are wanted by their names: then Hive's metastore, too, where this Spark has Hive's classes and nobody has chosen another catalogue
     */
    public static SparkSession tables(JavaSparkContext spark, boolean catalogue) {
        SparkSession.Builder builder = SparkSession.builder().config("spark.app.name", spark.appName());
        if (catalogue && !spark.getConf().contains("spark.sql.catalogImplementation")) {
            try {
                builder = builder.enableHiveSupport();
            } catch (IllegalArgumentException noHive) {
                // Spark's own tables and those of its catalogues' plugins are there without.
            }
        }
        return builder.getOrCreate();
    }

    /** How many executors are there, without the driver. */
    static int executors(JavaSparkContext spark) {
        return spark.sc().statusTracker().getExecutorInfos().length - 1;
    }

    /** The executors that are there. Spark lists them in Scala's collections alone, which are other classes for each Scala. */
    private static List<ExecutorSummary> present(JavaSparkContext spark) {
        List<ExecutorSummary> present = new ArrayList<>();
        int count = executors(spark);
        // Every cluster manager counts them, from 0 or from 1.
        for (int number = 0; present.size() < count; number++) {
            try {
                ExecutorSummary executor = spark.sc().statusStore().executorSummary(Integer.toString(number));
                if (executor.isActive()) {
                    present.add(executor);
                }
            } catch (NoSuchElementException none) {
                if (number > 0) {
                    break;
                }
            }
        }
        return present;
    }

    private static JavaSparkContext connect(SparkConf settings) {
        LastWords.hear();
        JavaSparkContext spark;
        if (settings.get("spark.master").equals("yarn")
                && settings.get("spark.submit.deployMode", "client").equals("client")) {
            try (ClientLog log = new ClientLog()) {
                log.start();
                spark = startedAgain(() -> new Context(settings));
            }
        } else {
            spark = new Context(settings);
        }
        if (!spark.isLocal()) {
            AbsentExecutors.watch(spark);
        }
        return spark;
    }

    /**
     * In client mode YARN's application master adds its filter to Spark's user interface while that starts, which in Spark 4.3 (Jetty 12) ends one
     * start in ten of a busy machine.
     */
    static <T> T startedAgain(Supplier<T> start) {
        for (int attempt = 1; ; attempt++) {
            try {
                return start.get();
            } catch (ConcurrentModificationException e) {
                if (attempt == MOST_STARTS) {
                    throw e;
                }
                Console.say(
                        "Spark's user interface did not start, and with it Spark: YARN changed it meanwhile; again");
            }
        }
    }

    /** One that is silent once it is being stopped. */
    private static final class Context extends JavaSparkContext {
        Context(SparkConf settings) {
            super(settings);
        }

        @Override
        public void stop() {
            LastWords.silence();
            super.stop();
        }
    }

    /** Many sites set Kryo for everybody; what comes with Spark 3.5 cannot write records, of which everything here consists. */
    private static void refuseKryo(SparkConf settings) {
        if (settings.get("spark.serializer", "").equals(KryoSerializer.class.getName())) {
            Console.say("Java's serializer is used and not Kryo, which cannot write records");
            settings.set("spark.serializer", JavaSerializer.class.getName());
        }
    }

    /** Spark ends the JVM, with a page of traces, where it has no folder for its blocks. */
    static void requireLocalFolder(SparkConf settings) {
        String folders = System.getenv("SPARK_LOCAL_DIRS");
        if (folders == null) {
            folders = settings.get("spark.local.dir", System.getProperty("java.io.tmpdir"));
        }
        // A container of YARN has some of its own.
        if (System.getenv("CONTAINER_ID") == null
                && Stream.of(folders.split(",")).noneMatch(Session::isWritable)) {
            throw new InvalidConfiguration("spark.local.dir: " + folders + " cannot be written by "
                    + System.getProperty("user.name") + "; name another folder by --conf spark.local.dir=DIR");
        }
    }

    private static boolean isWritable(String folder) {
        Path path = Path.of(folder);
        try {
            return Files.isWritable(Files.isDirectory(path) ? path : Files.createDirectories(path));
        } catch (IOException e) {
            return false;
        }
    }

    /** All of them: the context, and with it every job, is this command's own. */
    private static void cancelJobs(JavaSparkContext spark, String reason) {
        for (int job : spark.statusTracker().getActiveJobIds()) {
            spark.sc().cancelJob(job, reason);
        }
    }

    /** The lines of conf/spark-defaults.conf that neither spark-submit's caller nor submit/sparring has handed over. */
    static void defaults(SparkConf settings) {
        Properties lines = new Properties();
        try (InputStream in = Session.class.getResourceAsStream("spark-defaults.conf")) {
            lines.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String key : lines.stringPropertyNames()) {
            String value = lines.getProperty(key).strip();
            if (key.equals("spark.executor.extraJavaOptions")) {
                if (settings.get("spark.master").startsWith("local-cluster") && !Kernels.vectorizable()) {
                    // Executors have this Java, and would not start with it.
                    continue;
                }
                // In front, so that what others have set wins; once, if submit/sparring has done so.
                String others = settings.get(key, "");
                settings.set(key, others.contains(value) ? others : (value + " " + others).strip());
            } else if (!key.equals("spark.log.level") && !key.equals("spark.driver.extraJavaOptions")) {
                // This JVM has started, and its level is the log4j2.properties' to choose.
                settings.setIfMissing(key, value);
            }
        }
    }
}
