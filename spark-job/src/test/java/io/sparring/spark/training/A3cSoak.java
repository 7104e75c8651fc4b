package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.A3c;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.parameterserver.Outcome;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.Update;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.cluster.Hosts;
import io.sparring.spark.cluster.StandaloneCluster;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A3C for minutes, an executor killed again and again, and two logs that nobody compares until the end: what the workers sent and saw
 * acknowledged, and what the server merged.
 *
 * <pre>
 *   mvn -P soak -pl spark-job -am verify -Dsoak.minutes=10 -Dsoak.kill-every-seconds=60 [-Dsoak.master=spark://…]
 * </pre>
 *
 * <p>The executors have to be processes of this machine, and see its files. With {@code -Dsoak.hosts=3 -Dsoak.delay-millis=20
 * -Dsoak.loss-percent=1} they are on hosts of their own (root only; see {@link Hosts}).
 */
class A3cSoak {
    private static final int MINUTES = Integer.getInteger("soak.minutes", 10);
    private static final int KILL_EVERY_SECONDS = Integer.getInteger("soak.kill-every-seconds", 60);
    private static final String MASTER = System.getProperty("soak.master", "local-cluster[2,2,1024]");
    private static final int HOSTS = Integer.getInteger("soak.hosts", 0);
    private static final int DELAY_MILLIS = Integer.getInteger("soak.delay-millis", 20);
    private static final double LOSS_PERCENT = Double.parseDouble(System.getProperty("soak.loss-percent", "1"));

    @TempDir
    private Path logs;

    /** Which push: worker, attempt, sequence. */
    private record Push(int worker, long attempt, long sequence) {}

    @Test
    void noUpdateIsLostOrCountedTwiceWhileExecutorsAreKilled() throws Exception {
        if (HOSTS == 0) {
            soak(new SparkConf().setMaster(MASTER));
            return;
        }
        try (Hosts hosts = Hosts.orSkip(HOSTS, DELAY_MILLIS, LOSS_PERCENT);
                StandaloneCluster cluster = StandaloneCluster.start(hosts, HOSTS, 2)) {
            soak(new SparkConf()
                    .setMaster(cluster.master())
                    .set("spark.driver.host", hosts.address(0))
                    .set("spark.driver.bindAddress", "0.0.0.0"));
            say(hosts.lostDatagrams() + " UDP packets were lost");
        }
    }

    private void soak(SparkConf settings) throws Exception {
        Configuration configuration = ConfigurationFile.parse(
                "conf/cartpole-a3c.yaml",
                Files.readString(Path.of("..", "conf", "cartpole-a3c.yaml")),
                List.of(
                        "budget.target-return=",
                        "budget.env-steps=1000000000000",
                        "budget.wall-clock-seconds=" + 60 * MINUTES,
                        "optimizer.learning-rate=" + System.getProperty("soak.learning-rate", "1e-3"),
                        "evaluation.every-env-steps=" + 500_000));
        settings.set("spark.ui.enabled", "false")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        for (String key : System.getProperties().stringPropertyNames()) {
            if (key.startsWith("spark.")) {
                settings.set(key, System.getProperty(key));
            }
        }
        Map<Push, Integer> applied = new HashMap<>();
        List<Double> evaluations = new ArrayList<>();
        int killed;
        TrainingResult result;
        try (JavaSparkContext spark = Session.start(settings, configuration);
                SparkWorkers workers = new SparkWorkers(
                        spark, configuration, new LoggedTransport(new AeronTransport(spark, configuration), logs));
                Killing killing = new Killing(workers, applied, spark.sc().applicationId())) {
            result = A3c.train(configuration, TrainingState.first(configuration), killing, new TrainingListener() {
                @Override
                public void evaluated(Evaluated evaluated) {
                    evaluations.add(evaluated.meanReturn());
                }

                @Override
                public void remark(String line) {
                    say(line);
                }
            });
            killed = killing.killed;
        }
        say(String.format(
                Locale.ROOT,
                "%d executors killed, %,d environment steps; the last evaluations: %s",
                killed,
                result.state().envSteps(),
                evaluations.subList(Math.max(0, evaluations.size() - 10), evaluations.size())));
        assertThat(killed).isGreaterThanOrEqualTo(60 * MINUTES / KILL_EVERY_SECONDS - 1);
        reconcile(applied);
        assertThat(evaluations.get(evaluations.size() - 1)).isGreaterThanOrEqualTo(475);
    }

    private void reconcile(Map<Push, Integer> applied) throws IOException {
        long sent = 0;
        long acknowledged = 0;
        int attempts = 0;
        List<String> wrong = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.toList()) {
                attempts++;
                String[] name = file.getFileName().toString().split("-");
                int worker = Integer.parseInt(name[0]);
                long attempt = Long.parseLong(name[1]);
                Map<Long, Boolean> pushes = new HashMap<>();
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ");
                    long sequence = Long.parseLong(words[1]);
                    if (words[0].equals("sent")) {
                        pushes.putIfAbsent(sequence, false);
                    } else if (pushes.containsKey(sequence)) {
                        assertThat(words[2]).isEqualTo(Outcome.APPLIED.name());
                        pushes.put(sequence, true);
                    }
                }
                int open = 0;
                for (Map.Entry<Long, Boolean> push : pushes.entrySet()) {
                    Integer times = applied.remove(new Push(worker, attempt, push.getKey()));
                    sent++;
                    if (push.getValue()) {
                        acknowledged++;
                    } else {
                        open++;
                    }
                    if (times == null ? push.getValue() : times != 1) {
                        wrong.add(file.getFileName() + " " + push + " was applied " + times + " times");
                    }
                }
                assertThat(open).as("pushes without an answer of one attempt").isLessThanOrEqualTo(1);
            }
        }
        say(String.format(
                Locale.ROOT,
                "%d attempts of workers sent %,d pushes, %,d were acknowledged; lost or doubled: %d; applied and never sent: %d",
                attempts,
                sent,
                acknowledged,
                wrong.size(),
                applied.size()));
        assertThat(wrong).isEmpty();
        assertThat(applied).as("applied and never sent").isEmpty();
    }

    private static void say(String line) {
        System.out.println("soak: " + line);
    }

    /** Writes down what the server merged, and kills an executor now and then. */
    private static final class Killing implements Workers {
        private final Workers workers;
        private final Map<Push, Integer> applied;
        private final String application;
        private final long startNanos = System.nanoTime();
        private long nextKillSeconds = KILL_EVERY_SECONDS;
        private long nextMinute;
        private long updates;
        private int killed;
        private ParameterServer server;

        Killing(Workers workers, Map<Push, Integer> applied, String application) {
            this.workers = workers;
            this.applied = applied;
            this.application = application;
        }

        @Override
        public int count() {
            return workers.count();
        }

        @Override
        public void start(ParameterServer server) {
            this.server = server;
            workers.start(server);
        }

        @Override
        public List<Update> next(int count) throws InterruptedException {
            List<Update> merged = workers.next(count);
            updates += merged.size();
            merged.forEach(this::count);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
            if (seconds >= nextKillSeconds) {
                nextKillSeconds += KILL_EVERY_SECONDS;
                List<ProcessHandle> executors = ExecutorProcesses.of(application);
                if (!executors.isEmpty()) {
                    ProcessHandle executor = executors.get(killed++ % executors.size());
                    executor.destroyForcibly();
                    say(seconds + " s: killed executor " + executor.pid() + " of " + executors.size());
                }
            }
            if (seconds >= 60 * nextMinute) {
                nextMinute++;
                StringBuilder memory = new StringBuilder(residentSet(ProcessHandle.current()) + " in the driver");
                for (ProcessHandle executor : ExecutorProcesses.of(application)) {
                    memory.append(", ")
                            .append(residentSet(executor))
                            .append(" in ")
                            .append(executor.pid());
                }
                say(seconds + " s: " + updates + " updates; resident memory: " + memory);
            }
            return merged;
        }

        private void count(Update update) {
            assertThat(update.outcome()).isEqualTo(Outcome.APPLIED);
            applied.merge(new Push(update.worker(), update.attempt(), update.sequence()), 1, Integer::sum);
        }

        private static String residentSet(ProcessHandle process) {
            try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
                return lines.filter(line -> line.startsWith("VmRSS"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .findFirst()
                        .map(kibibytes -> Long.parseLong(kibibytes) / 1024 + " MiB")
                        .orElse("none");
            } catch (IOException ended) {
                return "none";
            }
        }

        @Override
        public void awaitEnd() throws InterruptedException {
            workers.awaitEnd();
            // What is left counts in the server's log; the trainer would take it next and show it to nobody.
            server.takeRest().forEach(this::count);
        }

        @Override
        public void close() {}
    }
}
