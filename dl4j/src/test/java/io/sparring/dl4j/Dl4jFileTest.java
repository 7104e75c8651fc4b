package io.sparring.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.export.ExportedPolicy;
import io.sparring.export.PolicyFormat;
import io.sparring.network.Architecture;
import io.sparring.network.Batch;
import io.sparring.network.Input;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.network.RunningMoments;
import io.sparring.random.Streams;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The files, loaded by DL4J alone. */
class Dl4jFileTest {
    private static final int OBSERVATIONS = 10_000;
    private static final int ROWS = 1000;
    private static final float TOLERANCE = 1e-5f;
    private static final Space.Box VECTOR = Space.Box.of(4, -10, 10);
    private static final Space.Box IMAGE = Space.Box.of(Space.Dtype.UINT8, 0, 255, 6, 5, 3);
    private static final Space.Box FLOATS = Space.Box.of(Space.Dtype.FLOAT32, -9, 9, 6, 5, 3);
    private static final Space.Discrete THREE = new Space.Discrete(3);

    private static final List<EnvironmentSpec.Part> PARTS = List.of(
            new EnvironmentSpec.Part("camera", Space.Dtype.UINT8, List.of(5, 6, 2)),
            new EnvironmentSpec.Part("position", Space.Dtype.FLOAT32, List.of(3)),
            new EnvironmentSpec.Part("map", Space.Dtype.UINT8, List.of(4, 4)));

    static Stream<Arguments> policies() {
        return Stream.of(
                Arguments.of("separate", policy("", VECTOR, THREE, false)),
                Arguments.of("shared", policy("network={kind: shared, hidden: [256]}", VECTOR, THREE, false)),
                Arguments.of("relu", policy("network={activation: relu}", VECTOR, THREE, false)),
                Arguments.of("silu", policy("network={activation: silu}", VECTOR, THREE, false)),
                Arguments.of("elu", policy("network={activation: elu, hidden: [9]}", VECTOR, THREE, false)),
                Arguments.of(
                        "normalised, nothing hidden",
                        policy("network={hidden: []}; normalize={observations: true}", VECTOR, THREE, false)),
                Arguments.of(
                        "normalised, masked",
                        policy("normalize={observations: true}", VECTOR, Space.MultiDiscrete.of(2, 3), true)),
                Arguments.of("numbers", policy("network={kind: shared}", VECTOR, Space.Box.of(2, -1, 1), false)),
                Arguments.of(
                        "memory",
                        policy(
                                "network={memory: {kind: lstm, size: 7}}; normalize={observations: true}",
                                VECTOR,
                                Space.Box.of(2, -1, 1),
                                false)),
                Arguments.of(
                        "nothing but memory",
                        policy(
                                "network={memory: {kind: lstm, size: 9}, hidden: [], kind: shared}",
                                VECTOR,
                                THREE,
                                true)),
                Arguments.of(
                        "memory of images",
                        policy(
                                "network={convolutions: minatar, hidden: [], memory: {kind: lstm, size: 5}}",
                                IMAGE,
                                THREE,
                                false)),
                Arguments.of("image", policy("network={convolutions: minatar}", IMAGE, THREE, false)),
                Arguments.of("flat image", policy("network={kind: shared}", IMAGE, THREE, false)),
                Arguments.of(
                        "normalised image",
                        policy(
                                "network={convolutions: minatar}; normalize={observations: true}",
                                FLOATS,
                                THREE,
                                false)),
                Arguments.of(
                        "dictionary",
                        policy(
                                "network={convolutions: minatar, hidden: []}; normalize={observations: true}",
                                box(),
                                THREE,
                                true,
                                PARTS)));
    }

    private static Space.Box box() {
        float[] low = new float[79];
        float[] high = new float[79];
        Arrays.fill(high, 255);
        Arrays.fill(low, 60, 63, -10);
        Arrays.fill(high, 60, 63, 10);
        return new Space.Box(low, high);
    }

    private static ExportedPolicy policy(
            String overrides, Space.Box observations, Space actions, boolean masks, List<EnvironmentSpec.Part> parts) {
        Configuration configuration = ConfigurationFile.parse(
                "test",
                "environment: {id: CartPole-v1}",
                overrides.isEmpty() ? List.of() : List.of(overrides.split("; ")));
        EnvironmentSpec environment = new EnvironmentSpec(
                "X",
                new TreeMap<>(),
                observations,
                actions,
                null,
                null,
                EnvironmentSpec.Recovery.NONE,
                List.of(),
                masks,
                parts);
        Architecture architecture = configuration.network().architecture(environment);
        UniformRandomProvider random = Streams.of(3);
        float[] parameters = architecture.initialParameters(random);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] += 0.04f * (random.nextFloat() - 0.5f);
        }
        int size = configuration.normalize().first(environment).observations().size();
        double[] means = new double[size];
        double[] squares = new double[size];
        for (int i = 0; i < size; i++) {
            means[i] = i % 4 - 1.5;
            squares[i] = 1000 * (i % 3 == 0 ? 0.04 : 1 + i % 5);
        }
        Normalizer normalizer = new Normalizer(
                size == 0 ? RunningMoments.none(0) : new RunningMoments(1000, means, squares), RunningMoments.none(0));
        return new ExportedPolicy(
                new Model(architecture, parameters, normalizer),
                environment,
                configuration.network().distribution(environment));
    }

    private static ExportedPolicy policy(String overrides, Space.Box observations, Space actions, boolean masks) {
        return policy(overrides, observations, actions, masks, List.of());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void aStockGraphSaysWhatThePlainEngineSays(String name, ExportedPolicy policy, @TempDir Path folder)
            throws IOException {
        Architecture architecture = policy.model().architecture();
        Space.Box space = policy.environment().observationSpace();
        Network plain = new Network(architecture);
        plain.setModel(policy.model());
        UniformRandomProvider random = Streams.of(4);
        File file = Files.write(folder.resolve("policy.zip"), PolicyFormat.DL4J.file(policy))
                .toFile();
        ComputationGraph graph = ComputationGraph.load(file, false);
        float[] states = new float[ROWS * architecture.stateSize()];
        for (int seen = 0; seen < OBSERVATIONS; seen += ROWS) {
            float[] observations = new float[ROWS * space.size()];
            for (int i = 0; i < observations.length; i++) {
                float high = space.high()[i % space.size()];
                observations[i] = high == 255 ? random.nextInt(256) : high * (2 * random.nextFloat() - 1) * 0.3f;
            }
            Past past = states.length == 0 ? Past.NONE : Past.before(states.clone(), ROWS);
            plain.forward(new Observations.Floats(observations), 0, ROWS, past);
            plain.remember(states, 0);
            List<INDArray> inputs = new ArrayList<>();
            int from = 0;
            for (Input input : architecture.trunk().inputs()) {
                inputs.add(array(input, observations, from, space.size()));
                from += input.size();
            }
            float[] mask = new float[ROWS * architecture.policyOutputs()];
            if (policy.environment().masks()) {
                for (int i = 0; i < mask.length; i++) {
                    mask[i] = random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : 0;
                }
                inputs.add(Nd4j.create(mask, new long[] {ROWS, architecture.policyOutputs()}, 'c'));
            }

            INDArray[] given = states.length == 0
                    ? graph.output(false, inputs.toArray(INDArray[]::new))
                    : graph.rnnTimeStep(inputs.toArray(INDArray[]::new));

            requireClose(given[0], plain.policyOutputs(), mask);
            requireClose(given[given.length - 1], plain.values(), new float[ROWS]);
            if (policy.environment().actionSpace() instanceof Space.Box) {
                double[] free = policy.model().freeParameters();
                for (int i = 0; i < free.length; i++) {
                    assertThat(given[1].getFloat(ROWS - 1, i)).isEqualTo((float) free[i]);
                }
            }
        }
        assertThat(graph.getConfiguration().toJson()).doesNotContain("sparring");
        assertThat(graph.getConfiguration().getNetworkOutputs())
                .startsWith(policy.environment().actionSpace() instanceof Space.Box ? "mean" : "logits")
                .endsWith("value");
    }

    /** A thousand steps of 32 bits are between two observations: what rounds before the mean is taken off is seen. */
    @Test
    void aMeanThatIsTenThousandDeviationsIsTakenOffExactly(@TempDir Path folder) throws IOException {
        ExportedPolicy some = policy("normalize={observations: true}", VECTOR, THREE, false);
        double deviation = 0.1;
        double[] means = {1000, -1000, 999, 1001};
        double[] squares = new double[means.length];
        Arrays.fill(squares, 1000 * deviation * deviation);
        Model model =
                some.model().with(new Normalizer(new RunningMoments(1000, means, squares), RunningMoments.none(0)));
        ExportedPolicy policy = new ExportedPolicy(model, some.environment(), some.distribution());
        File file = Files.write(folder.resolve("policy.zip"), PolicyFormat.DL4J.file(policy))
                .toFile();
        float[] observations = new float[ROWS * means.length];
        UniformRandomProvider random = Streams.of(4);
        for (int i = 0; i < observations.length; i++) {
            observations[i] = (float) (means[i % means.length] + 4 * deviation * (2 * random.nextDouble() - 1));
        }
        Network plain = new Network(model.architecture());
        plain.setModel(model);
        plain.forward(new Observations.Floats(observations), 0, ROWS, Past.NONE);

        INDArray[] given = ComputationGraph.load(file, false)
                .output(false, Nd4j.create(observations, new long[] {ROWS, means.length}, 'c'));

        requireClose(given[0], plain.policyOutputs(), new float[ROWS * THREE.n()]);
        requireClose(given[1], plain.values(), new float[ROWS]);
    }

    /** Images as DL4J has them, channels first. */
    private static INDArray array(Input input, float[] observations, int from, int size) {
        int[] numbers = input.numbers();
        float[] copy = new float[ROWS * numbers.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = observations[i / numbers.length * size + from + numbers[i % numbers.length]];
        }
        long[] shape = LongStream.concat(
                        LongStream.of(ROWS), input.seen().sizes().stream().mapToLong(Integer::longValue))
                .toArray();
        return Nd4j.create(copy, shape, 'c');
    }

    private static void requireClose(INDArray given, Batch expected, float[] mask) {
        float[] actual = given.dup('c').data().asFloat();
        List<String> apart = new ArrayList<>();
        for (int i = 0; i < actual.length; i++) {
            float number = expected.get(i % expected.features(), i / expected.features()) + mask[i];
            if (actual[i] != number && !(Math.abs(actual[i] - number) <= TOLERANCE * Math.max(1, Math.abs(number)))) {
                apart.add(i + ": " + actual[i] + " and not " + number);
            }
        }
        assertThat(apart).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'network={memory: gru}', network.memory: gru",
        "'network={layer-norm: true}', network.layer-norm",
        "'network={noise: gsde}', network.noise: gsde"
    })
    void whatStockLayersCannotSayIsRefusedWithTheFormatsThatCan(String override, String named) {
        ExportedPolicy policy = policy(override, VECTOR, Space.Box.of(2, -1, 1), false);

        assertThatThrownBy(() -> PolicyFormat.DL4J.file(policy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named + "; onnx and jar have what it takes");
    }
}
