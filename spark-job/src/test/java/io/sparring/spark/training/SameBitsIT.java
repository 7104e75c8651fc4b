package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.A2c;
import io.sparring.algorithm.Experience;
import io.sparring.algorithm.LocalRounds;
import io.sparring.algorithm.Ppo;
import io.sparring.algorithm.RoundSum;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.ShardTask;
import io.sparring.algorithm.ShardUpdate;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import io.sparring.rollout.ShardCodec;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.cluster.StandaloneCluster;
import io.sparring.spark.session.Session;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise: (configuration, seed, number of shards) decide every bit, wherever the rounds are computed and whatever dies. */
public class SameBitsIT {
    static final int ROUNDS = 12;
    static final int SHARDS = 4;
    static final String CONFIGURATION = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [16, 16], activation: tanh}
            a2c: {shards: 4, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01}
            normalize: {observations: true, rewards: true}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 1536}
            evaluation: {every-env-steps: 0}
            cluster: {cut-every-rounds: 4}
            """;

    @Test
    void anotherSeedAndAnotherNumberOfShardsGiveOtherBits() {
        assertThat(List.of(plainJava("seed=1"), plainJava("a2c.shards=3"), plainJava()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[1]", "local[2]"})
    void oneJvmGivesTheBitsOfPlainJava(String master) {
        for (String cut : new String[] {"cluster.cut-every-rounds=1", "cluster.cut-every-rounds=5"}) {
            Run run = onSpark(settings(master), null, nothing(), cut);
            assertThat(run.sha256()).isEqualTo(plainJava());
            assertThat(run.observed().successes()).isEqualTo(ROUNDS * SHARDS);
            assertThat(run.recomputed()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "normalize.observations=false; normalize.rewards=false",
                "a2c.normalize-advantages=true",
                "environment.id=Identity-Box-v0; a2c.critic-warmup-steps=200",
                "environment.id=Identity-Masked-v0",
                "environment.id=Identity-Box-v0; network.noise=gsde; network.noise-steps=5",
                "environment.wrappers=[mask-velocity, {time-limit: {steps: 9}}, {frame-stack: {frames: 3}}]",
                "environment.wrappers=[{time-limit: {steps: 9}}]; network.memory={kind: lstm, size: 8}",
                "algorithm=ppo; ppo.minibatches=2; ppo.rollout-length=4; network.kind=shared; network.memory={kind: gru, size: 8}",
                "optimizer.kind=rmsprop",
                "algorithm=ppo; ppo.shards=5; ppo.rollout-length=4; ppo.epochs=2; ppo.critic-warmup-steps=200",
                "algorithm=ppo; ppo.shards=5; ppo.rollout-length=4; ppo.epochs=2; ppo.average=parameters",
                "network.hidden=[512, 520]"
            })
    void everyVariantGivesTheBitsOfPlainJava(String variant) {
        // The widest network has 2 × 267,000 parameters: broadcast, and summed as a tree.
        List<String> all = new ArrayList<>(List.of(variant.split("; ")));
        all.addAll(List.of("a2c.shards=5", "a2c.rollout-length=4", "budget.env-steps=480"));
        String[] overrides = all.toArray(String[]::new);
        assertThat(onSpark(settings("local[2]"), null, nothing(), overrides).sha256())
                .isEqualTo(plainJava(overrides));
    }

    @Test
    void twoExecutorsGiveTheBitsOfPlainJava() {
        Run run = onSpark(settings("local-cluster[2,1,1024]"), null, nothing());
        assertThat(run.sha256()).isEqualTo(plainJava());
        assertThat(run.observed().successes()).isEqualTo(ROUNDS * SHARDS);
        assertThat(run.observed().executors()).isEqualTo(2);
        assertThat(run.recomputed()).isZero();
    }

    @Test
    void aKilledExecutorThatHeldShardsChangesNoBit() {
        Run run = onSpark(settings("local-cluster[2,1,1024]"), null, round -> {
            // Two rounds after a cut: what was computed since must be computed again.
            if (round == 6) {
                ProcessHandle executor = ExecutorProcesses.started().get(0);
                assertThat(executor.destroyForcibly()).isTrue();
                executor.onExit().join();
            }
        });
        assertThat(run.sha256()).isEqualTo(plainJava());
        assertThat(run.observed().successes()).isEqualTo(ROUNDS * SHARDS);
        assertThat(run.observed().executors()).isGreaterThanOrEqualTo(2);
        assertThat(run.recomputed()).as("lost shards computed again").isPositive();
    }

    /** What its minibatches are cut from is lost with it. */
    @Test
    void anExecutorThatIsKilledBetweenMinibatchesChangesNoBit() {
        String[] ppo = {"algorithm=ppo", "ppo.shards=4", "ppo.rollout-length=8", "ppo.epochs=2", "budget.env-steps=640"
        };
        Run run = onSpark(
                settings("local-cluster[2,1,1024]"), null, rounds -> new KillsAnExecutor(rounds, 30), nothing(), ppo);
        assertThat(run.sha256()).isEqualTo(plainJava(ppo));
        assertThat(run.recomputed()).as("lost shards computed again").isPositive();
    }

    /** Before the given minibatch of all. */
    private static final class KillsAnExecutor implements Rounds {
        private final Rounds rounds;
        private final int at;
        private int minibatches;

        KillsAnExecutor(Rounds rounds, int at) {
            this.rounds = rounds;
            this.at = at;
        }

        @Override
        public RoundSum run(ShardTask<Shard> task) {
            return rounds.run(task);
        }

        @Override
        public RoundSum learn(ShardTask<Experience> task) {
            if (++minibatches == at) {
                ProcessHandle executor = ExecutorProcesses.started().get(0);
                assertThat(executor.destroyForcibly()).isTrue();
                executor.onExit().join();
            }
            return rounds.learn(task);
        }

        @Override
        public List<Shard> shards() {
            return rounds.shards();
        }

        @Override
        public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
            return rounds.evaluate(model, index, episodes, greedy);
        }

        @Override
        public void close() {
            rounds.close();
        }
    }

    @Test
    void aTaskThatFailsOnceChangesNoBit() {
        Run run = onSpark(settings("local[2,2]"), new FailsOnce(configuration()), nothing());
        assertThat(run.sha256()).isEqualTo(plainJava());
        assertThat(run.observed().failures()).isEqualTo(1);
        assertThat(run.observed().successes()).isEqualTo(ROUNDS * SHARDS);
    }

    @Test
    void aSpeculativeCopyThatWinsChangesNoBit() throws Exception {
        try (StandaloneCluster cluster = StandaloneCluster.start("127.0.0.2", "127.0.0.3")) {
            SparkConf settings = settings(cluster.master())
                    .set("spark.executor.memory", "1g")
                    .set("spark.speculation", "true")
                    .set("spark.speculation.interval", "100ms")
                    .set("spark.speculation.minTaskRuntime", "100ms")
                    .set("spark.speculation.quantile", "0.5");
            Run run = onSpark(settings, new Dawdles(configuration()), nothing());
            assertThat(run.sha256()).isEqualTo(plainJava());
            assertThat(run.observed().speculativeSuccesses())
                    .as("copies that ran and won")
                    .isPositive();
            assertThat(run.observed().successes()).isEqualTo(ROUNDS * SHARDS);
            assertThat(run.observed().executors()).isEqualTo(2);
        }
    }

    /** As YARN's application master does where its application is killed. */
    @Test
    void aDriverThatIsInterruptedHasNoFailedRound() {
        assertThatThrownBy(() -> onSpark(settings("local[2]"), null, round -> {
                    if (round == 3) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void aRunCutOnSparkGoesOnInPlainJavaWithTheSameBits() {
        List<TrainingState> states = new ArrayList<>();
        Configuration configuration = configuration("checkpoint.every-rounds=7", "checkpoint.every-seconds=0");
        try (JavaSparkContext spark = Session.start(settings("local[2]"), configuration);
                SparkRounds rounds = new SparkRounds(
                        spark,
                        configuration,
                        configuration.environment().resolve(),
                        TrainingState.first(
                                configuration, configuration.environment().resolve()))) {
            A2c.train(
                    configuration,
                    TrainingState.first(
                            configuration, configuration.environment().resolve()),
                    rounds,
                    new TrainingListener() {
                        @Override
                        public void checkpoint(TrainingState state) {
                            states.add(state);
                        }
                    });
        }
        TrainingState middle = states.get(0);
        assertThat(middle.round()).isEqualTo(7);
        TrainingState end = A2c.train(
                        configuration,
                        middle,
                        new LocalRounds(
                                configuration, configuration.environment().resolve(), middle.shards()),
                        new TrainingListener() {})
                .state();
        assertThat(CheckpointFile.sha256(end.model().parameters())).isEqualTo(plainJava());
    }

    /** The first attempt at one shard's one round; known by what it begins with, wherever and in whatever job it is computed. */
    private record Attempt(byte[] shard) implements Serializable {
        static Attempt at(Configuration configuration, int round, int shard) {
            TrainingState start = TrainingState.first(
                    configuration, configuration.environment().resolve());
            int[] done = {0};
            TrainingState before = A2c.train(
                            configuration,
                            start,
                            new LocalRounds(
                                    configuration, configuration.environment().resolve(), start.shards()),
                            new TrainingListener() {
                                @Override
                                public void round(Round round) {
                                    done[0]++;
                                }

                                @Override
                                public boolean stopRequested() {
                                    return done[0] == round - 1;
                                }
                            })
                    .state();
            return new Attempt(ShardCodec.encode(before.shards().get(shard)));
        }

        boolean isThis(Shard other) {
            return TaskContext.get().attemptNumber() == 0 && Arrays.equals(ShardCodec.encode(other), shard);
        }
    }

    /** Shard 2's first attempt at round 6 throws. */
    private static final class FailsOnce extends WorkerPool {
        private static final long serialVersionUID = 1L;

        private final Attempt fault;

        FailsOnce(Configuration configuration) {
            super(configuration, configuration.environment().resolve());
            fault = Attempt.at(configuration, 6, 2);
        }

        @Override
        <T> ShardUpdate run(ShardTask<T> task, T on) {
            if (on instanceof Shard shard && fault.isThis(shard)) {
                throw new IllegalStateException("injected");
            }
            return super.run(task, on);
        }
    }

    /** Shard 1's first attempt at round 6 takes until it is killed. */
    private static final class Dawdles extends WorkerPool {
        private static final long serialVersionUID = 1L;

        private final Attempt fault;

        Dawdles(Configuration configuration) {
            super(configuration, configuration.environment().resolve());
            fault = Attempt.at(configuration, 6, 1);
        }

        @Override
        <T> ShardUpdate run(ShardTask<T> task, T on) {
            if (on instanceof Shard shard && fault.isThis(shard)) {
                try {
                    TimeUnit.SECONDS.sleep(60);
                } catch (InterruptedException killed) {
                    Thread.currentThread().interrupt();
                }
            }
            return super.run(task, on);
        }
    }

    public record Run(String sha256, Observed observed, long recomputed) {}

    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test", CONFIGURATION, List.of(overrides));
    }

    public static String plainJava(String... overrides) {
        return plainJava(configuration(overrides));
    }

    /** The hash that every cluster has to give. */
    public static String plainJava(Configuration configuration) {
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (LocalRounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), start.shards())) {
            return CheckpointFile.sha256(train(configuration, start, rounds, new TrainingListener() {})
                    .state()
                    .model()
                    .parameters());
        }
    }

    private static TrainingResult train(
            Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        return configuration.algorithm() == Configuration.Algorithm.PPO
                ? Ppo.train(configuration, start, rounds, listener)
                : A2c.train(configuration, start, rounds, listener);
    }

    public static SparkConf settings(String master) {
        if (master.startsWith("local-cluster[")) {
            Sparring.ownSparkHome();
        }
        return new SparkConf()
                .setMaster(master)
                .set("spark.ui.enabled", "false")
                // As in this JVM kernels are optimised, both ways of computing are compared.
                .set("spark.executor.defaultJavaOptions", Sparring.executorOptions())
                .set("spark.executor.extraClassPath", Sparring.jar().toString());
    }

    public static Consumer<Long> nothing() {
        return round -> {};
    }

    public static Run onSpark(SparkConf settings, WorkerPool pool, Consumer<Long> afterRound, String... overrides) {
        return onSpark(settings, pool, rounds -> rounds, afterRound, overrides);
    }

    private static Run onSpark(
            SparkConf settings,
            WorkerPool pool,
            UnaryOperator<Rounds> around,
            Consumer<Long> afterRound,
            String... overrides) {
        Configuration configuration = configuration(overrides);
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        Observed observed = new Observed();
        try (JavaSparkContext spark = Session.start(settings, configuration)) {
            spark.sc().addSparkListener(observed);
            long recomputed;
            float[] parameters;
            try (SparkRounds rounds = new SparkRounds(
                    spark,
                    configuration,
                    configuration.environment().resolve(),
                    start,
                    pool == null
                            ? new WorkerPool(
                                    configuration, configuration.environment().resolve())
                            : pool)) {
                parameters = train(configuration, start, around.apply(rounds), new TrainingListener() {
                            @Override
                            public void round(Round round) {
                                afterRound.accept(round.round());
                            }
                        })
                        .state()
                        .model()
                        .parameters();
                recomputed = rounds.recomputed();
            }
            return new Run(CheckpointFile.sha256(parameters), flushed(spark, observed), recomputed);
        }
    }

    /** Spark's listener bus is asynchronous: stopping the context delivers what is left. */
    private static Observed flushed(JavaSparkContext spark, Observed observed) {
        spark.stop();
        return observed;
    }
}
