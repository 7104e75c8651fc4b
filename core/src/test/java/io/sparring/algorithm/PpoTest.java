package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.run.CheckpointFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PpoTest {
    /** Ten rounds of 64 steps. */
    private static final String SMALL = """
            algorithm: ppo
            seed: 7
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [8]}
            ppo: {shards: 2, rollout-length: 8, epochs: 3, minibatches: 4, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 1e-2, schedule: linear}
            budget: {env-steps: 640}
            evaluation: {every-env-steps: 0, episodes: 4}
            checkpoint: {every-rounds: 1}
            """;

    private static Configuration configuration(String yaml, String... overrides) {
        return ConfigurationFile.parse("test.yaml", yaml, List.of(overrides));
    }

    private static TrainingState train(Configuration configuration, Recorder recorder) {
        try {
            Training training = Training.of(configuration);
            return training.run(training.start(), Backend.LOCAL, recorder).state();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static float[] parameters(String... overrides) {
        return train(configuration(SMALL, overrides), new Recorder()).model().parameters();
    }

    /** Huang et al. 2022, arXiv 2205.09123. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "environment.id=CartPole-v1",
                "environment.id=Identity-Box-v0",
                "environment.id=Identity-Masked-v0",
                "environment.id=Identity-MultiDiscrete-v0",
                "network.memory={kind: lstm, size: 5}",
                "network={kind: shared, memory: {kind: gru, size: 5}}",
                "environment.wrappers=[{time-limit: {steps: 5}}]",
                "normalize={observations: true, rewards: true}"
            })
    void withOneEpochAndOneMinibatchItIsA2cToTheBit(String variant) {
        String[] ppo = {
            variant, "ppo.epochs=1", "ppo.minibatches=1", "ppo.normalize-advantages=false", "ppo.gae-lambda=0.9"
        };
        String[] a2c = {
            variant, "algorithm=a2c", "a2c={shards: 2, rollout-length: 8, entropy-weight: 0.01, gae-lambda: 0.9}"
        };
        assertThat(parameters(ppo)).isEqualTo(parameters(a2c));
    }

    @ParameterizedTest
    @CsvSource({"gradients", "parameters"})
    void learnsToNameWhatItSees(String average) {
        Recorder recorder = new Recorder();
        train(configuration("""
                        algorithm: ppo
                        environment: {id: Identity-Discrete-v0, copies-per-shard: 8}
                        network: {hidden: [16]}
                        ppo: {rollout-length: 16, gamma: 0}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 10000}
                        """, "ppo.average=" + average), recorder);

        assertThat(recorder.evaluations.get(recorder.evaluations.size() - 1).meanReturn())
                .isGreaterThanOrEqualTo(95);
    }

    /** Each shard learns alone: with one shard, averaging gradients and averaging parameters are the same. */
    @Test
    void ofOneShardTheParametersAreThoseOfItsGradients() {
        assertThat(parameters("ppo.shards=1", "ppo.average=parameters"))
                .isEqualTo(parameters("ppo.shards=1", "ppo.average=gradients"));
    }

    /** By one step of plain descent, which is linear in the gradient. */
    @Test
    void afterOnePlainStepAveragedParametersAreThoseOfTheAveragedGradient() {
        String[] one = {
            "optimizer={kind: sgd, learning-rate: 0.1, schedule: constant}",
            "ppo.epochs=1",
            "ppo.minibatches=1",
            "ppo.normalize-advantages=false",
            "ppo.max-gradient-norm=0",
            "budget.env-steps=64"
        };
        List<String> alone = new ArrayList<>(List.of(one));
        alone.add("ppo.average=parameters");
        float[] gradients = parameters(one);
        float[] averaged = parameters(alone.toArray(String[]::new));
        for (int i = 0; i < gradients.length; i++) {
            assertThat(averaged[i]).isCloseTo(gradients[i], within(1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({"gradients", "parameters"})
    void aRunWithMemoryIsGoneOnWithInTheMiddleOfEpisodes(String average) throws Exception {
        Configuration configuration =
                configuration(SMALL, "ppo.average=" + average, "network.memory={kind: lstm, size: 5}");
        Recorder whole = new Recorder();
        TrainingState end = train(configuration, whole);
        TrainingState read =
                CheckpointFile.read(whole.files.get(4L)).state(end.model().architecture());
        TrainingState rest = Training.of(configuration)
                .run(read, Backend.LOCAL, new Recorder())
                .state();

        assertThat(rest.model().parameters()).isEqualTo(end.model().parameters());
        assertThat(rest.shards()).usingRecursiveComparison().isEqualTo(end.shards());
    }

    @ParameterizedTest
    @CsvSource({"gradients", "parameters"})
    void aRunThatIsGoneOnWithHasTheBitsOfOneThatWasNotCut(String average) throws Exception {
        Configuration configuration =
                configuration(SMALL, "ppo.average=" + average, "normalize={observations: true, rewards: true}");
        Recorder whole = new Recorder();
        TrainingState end = train(configuration, whole);
        TrainingState rest = Training.of(configuration)
                .run(whole.checkpoints.get(4L), Backend.LOCAL, new Recorder())
                .state();

        assertThat(CheckpointFile.sha256(rest.model().parameters()))
                .isEqualTo(CheckpointFile.sha256(end.model().parameters()));
        assertThat(rest.optimizerState()).isEqualTo(end.optimizerState());
        assertThat(end.optimizerSteps(0)).isEqualTo(10 * 3 * 4);
        assertThat(rest.model().normalizer()).isEqualTo(end.model().normalizer());
        assertThat(end.model().normalizer().observations().count())
                .as("what is learned from several times is seen once")
                .isEqualTo(640);
    }

    /** Cut along copies, never along time. */
    @Test
    void withMemoryAMinibatchIsWholeSequencesOfSomeCopies() {
        Configuration configuration = configuration(SMALL, "ppo.minibatches=2", "network.memory=lstm");
        int steps = 8;
        double[] numbers = IntStream.range(0, 4 * steps).asDoubleStream().toArray();
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = i;
        }
        Past past = new Past(4, new float[] {0, 1, 2, 3}, numbers);
        Experience experience = new Experience(
                0,
                true,
                new Observations.Floats(floats),
                floats,
                new boolean[0],
                numbers,
                numbers,
                numbers,
                numbers,
                past);
        List<Float> copies = new ArrayList<>();
        for (int step = 0; step < 2; step++) {
            Experience part = Ppo.part(configuration, experience, 3, step);
            int[] own = {(int) part.past().states()[0], (int) part.past().states()[1]};
            assertThat(own[0]).isLessThan(own[1]);
            assertThat(part.past().copies()).isEqualTo(2);
            assertThat(part.advantages())
                    .containsExactly(IntStream.range(0, 2 * steps)
                            .mapToDouble(i -> i / 2 * 4 + own[i % 2])
                            .toArray());
            assertThat(part.past().continues()).isEqualTo(part.advantages());
            assertThat(part.observations().toFloats()).isEqualTo(part.actions());
            copies.add((float) own[0]);
            copies.add((float) own[1]);
        }
        assertThat(copies).containsExactlyInAnyOrder(0f, 1f, 2f, 3f);
    }

    @Test
    void theMinibatchesOfAnEpochAreAllSamplesOnce() {
        Configuration configuration = configuration(SMALL, "ppo.minibatches=4");
        double[] numbers = IntStream.range(0, 32).asDoubleStream().toArray();
        float[] floats = new float[32];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = i;
        }
        Experience experience = new Experience(
                1,
                true,
                new Observations.Floats(floats),
                floats,
                new boolean[0],
                numbers,
                numbers,
                numbers,
                numbers,
                Past.NONE);
        List<List<Double>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Double> seen = new ArrayList<>();
            for (int part = 0; part < 4; part++) {
                Experience minibatch = Ppo.part(configuration, experience, 5, 4 * epoch + part);
                assertThat(minibatch.samples()).isEqualTo(8);
                assertThat(minibatch.advantages()).isSorted();
                for (int i = 0; i < 8; i++) {
                    assertThat((double) minibatch.observations().get(i))
                            .isEqualTo(minibatch.advantages()[i]);
                    assertThat((double) minibatch.actions()[i])
                            .isEqualTo(minibatch.logProbabilities()[i]);
                    seen.add(minibatch.returns()[i]);
                }
            }
            epochs.add(seen);
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(
                            Arrays.stream(numbers).boxed().toList());
        }
        assertThat(epochs).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"gradients", "parameters"})
    void aRoundEndsWhereThePolicyHasMovedTooFar(String average) {
        String[] eager = {"optimizer.learning-rate=0.1", "ppo.average=" + average};
        List<String> careful = new ArrayList<>(List.of(eager));
        careful.add("ppo.target-kl=0.01");
        int all = train(configuration(SMALL, eager), new Recorder()).optimizerSteps(0);
        int some = train(configuration(SMALL, careful.toArray(String[]::new)), new Recorder())
                .optimizerSteps(0);

        assertThat(all).isEqualTo(120);
        assertThat(some).isBetween(10, 60);
    }

    /** One bad rollout is one bad gradient, however often it would have been learned from. */
    @ParameterizedTest
    @CsvSource({"gradients, 1", "parameters, 1", "gradients, 2"})
    void aRunWhoseGradientsAreNotFiniteEndsAsOneOfA2cDoes(String average, int shards) {
        assertThatThrownBy(() -> parameters(
                        "optimizer={kind: sgd, learning-rate: 1e38}",
                        "ppo.max-gradient-norm=0",
                        "ppo.max-dropped-gradients=2",
                        "ppo.average=" + average,
                        "ppo.shards=" + shards))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining("was not finite in round")
                .hasMessageContaining("ppo.max-dropped-gradients is 2");
    }

    @Test
    void minibatchesThatDoNotDivideAreRefused() {
        assertThatThrownBy(() -> configuration(SMALL, "ppo.minibatches=5"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "test.yaml with --set ppo.minibatches=5: ppo.minibatches: expected a divisor of the 32 samples"
                                + " of a shard (environment.copies-per-shard 4 × ppo.rollout-length 8), got 5");
    }
}
