package io.sparring.export;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;

/** Policies of every kind that there is, with parameters of nobody's. */
enum Policies {
    SEPARATE("", vector(4), new Space.Discrete(2)),
    SHARED("network={kind: shared, hidden: [256], activation: relu}", vector(4), new Space.Discrete(2)),
    NOTHING_HIDDEN("network={hidden: []}", vector(3), new Space.Discrete(5)),
    NORMALIZED("normalize={observations: true, rewards: true}", vector(6), new Space.Discrete(3)),
    SILU("network={activation: silu}", vector(4), new Space.Discrete(4)),
    ELU("network={activation: elu}", vector(4), new Space.Discrete(4)),
    LAYER_NORM("network={layer-norm: true, activation: silu, kind: shared}", vector(8), new Space.Discrete(4)),
    PIXELS(
            "network={convolutions: minatar, hidden: [128], kind: shared, activation: relu}",
            image(1, 10, 10, 4),
            new Space.Discrete(6)),
    NATURE(
            "network={convolutions: nature, hidden: [512], kind: shared, activation: relu}",
            image(255, 4, 84, 84),
            new Space.Discrete(6)),
    STACKED(
            "network={convolutions: [{filters: 5, kernel: 3, stride: 2}], channels: last}",
            image(255, 2, 9, 8, 3),
            new Space.Discrete(3)),
    FLAT_PIXELS("network={kind: shared}", image(255, 6, 5), new Space.Discrete(3)),
    NORMALIZED_IMAGE(
            "network={convolutions: minatar, activation: elu}; normalize={observations: true}",
            Space.Box.of(Space.Dtype.FLOAT32, -9, 9, 6, 5, 3),
            new Space.Discrete(3)),
    DICTIONARY(
            "network={convolutions: minatar}; normalize={observations: true}",
            null,
            new Space.Discrete(4),
            false,
            part("camera", Space.Dtype.UINT8, 8, 7, 3),
            part("hand/position", Space.Dtype.FLOAT32, 3),
            part("flags", Space.Dtype.UINT8, 4),
            part("matrix", Space.Dtype.FLOAT32, 2, 3)),
    DICTIONARY_OF_VECTORS(
            "normalize={observations: true}",
            null,
            new Space.Discrete(4),
            false,
            part("position", Space.Dtype.FLOAT32, 3),
            part("speed", Space.Dtype.FLOAT32, 2)),
    MASKED("", vector(4), new Space.Discrete(5), true),
    CHOICES("network={kind: shared}", vector(4), Space.MultiDiscrete.of(3, 2, 4), true),
    BITS("", vector(4), new Space.MultiBinary(5), true),
    NUMBERS("network={initial-log-std: -0.5}", vector(3), new Space.Box(new float[] {-2, -1}, new float[] {
        2, Float.POSITIVE_INFINITY
    })),
    STATE_DEPENDENT("network={noise: gsde, initial-log-std: -2, kind: shared}", vector(3), Space.Box.of(2, -1, 1)),
    LSTM("network={memory: {kind: lstm, size: 32}}", vector(4), new Space.Discrete(3)),
    SHARED_LSTM(
            "network={memory: {kind: lstm, size: 16}, kind: shared, layer-norm: true}; normalize={observations: true}",
            vector(4),
            new Space.Discrete(3),
            true),
    GRU("network={memory: {kind: gru, size: 32}}", vector(4), Space.Box.of(2, -1, 1)),
    NOTHING_BUT_MEMORY("network={memory: {kind: gru, size: 8}, hidden: []}", vector(4), new Space.Discrete(3));

    private final ExportedPolicy policy;

    Policies(String configuration, Space.Box observations, Space actions) {
        this(configuration, observations, actions, false);
    }

    Policies(
            String configuration, Space.Box observations, Space actions, boolean masks, EnvironmentSpec.Part... parts) {
        Configuration parsed = ConfigurationFile.parse(
                "test",
                "environment: {id: CartPole-v1}",
                configuration.isEmpty() ? List.of() : List.of(configuration.split("; ")));
        SortedMap<String, Object> options = Collections.unmodifiableSortedMap(new TreeMap<>());
        EnvironmentSpec environment = new EnvironmentSpec(
                name(),
                options,
                observations == null ? box(parts) : observations,
                actions,
                null,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT,
                List.of(),
                masks,
                List.of(parts));
        Architecture architecture = parsed.network().architecture(environment);
        policy = new ExportedPolicy(
                new Model(
                        architecture,
                        parameters(architecture),
                        normalizer(parsed.normalize().first(environment))),
                environment,
                parsed.network().distribution(environment));
    }

    ExportedPolicy policy() {
        return policy;
    }

    private static Space.Box vector(int size) {
        return Space.Box.of(size, -10, 10);
    }

    private static Space.Box image(int high, int... shape) {
        return Space.Box.of(Space.Dtype.UINT8, 0, high, shape);
    }

    private static EnvironmentSpec.Part part(String name, Space.Dtype dtype, Integer... shape) {
        return new EnvironmentSpec.Part(name, dtype, List.of(shape));
    }

    /** Of flags bytes are 0 and 1. */
    private static Space.Box box(EnvironmentSpec.Part... parts) {
        float[] low = new float[0];
        float[] high = new float[0];
        for (EnvironmentSpec.Part part : parts) {
            int from = low.length;
            int to = from + size(part);
            boolean bytes = part.dtype() == Space.Dtype.UINT8;
            low = Arrays.copyOf(low, to);
            high = Arrays.copyOf(high, to);
            Arrays.fill(low, from, to, bytes ? 0 : -10);
            Arrays.fill(high, from, to, !bytes ? 10 : part.name().equals("flags") ? 1 : 255);
        }
        return new Space.Box(low, high);
    }

    static int size(EnvironmentSpec.Part part) {
        return part.shape().stream().reduce(1, Math::multiplyExact);
    }

    /** So spread that what a layer gives is about as large as what it takes. */
    private static float[] parameters(Architecture architecture) {
        UniformRandomProvider random = Streams.of(18);
        float[] parameters = new float[architecture.parameterCount()];
        for (int i = architecture.layerParameterCount(); i < parameters.length; i++) {
            parameters[i] = random.nextFloat() - 1.5f;
        }
        for (Architecture.Node node : architecture.nodes()) {
            int count = node.layer().parameterCount();
            int ofEach = count / node.layer().output().sizes().get(0);
            float most = (float) Math.sqrt(6.0 / ofEach);
            for (int i = node.offset(); i < node.offset() + count; i++) {
                parameters[i] = most * (2 * random.nextFloat() - 1);
            }
        }
        return parameters;
    }

    /** As after a thousand observations, of which many are clipped. */
    private static Normalizer normalizer(Normalizer first) {
        int size = first.observations().size();
        double[] means = new double[size];
        double[] squares = new double[size];
        for (int i = 0; i < size; i++) {
            means[i] = i % 4 - 1.5;
            squares[i] = 1000 * (i % 3 == 0 ? 0.04 : 1 + i % 5);
        }
        return new Normalizer(new RunningMoments(size == 0 ? 0 : 1000, means, squares), first.returns());
    }
}
