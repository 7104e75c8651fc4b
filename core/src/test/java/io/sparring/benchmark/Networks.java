package io.sparring.benchmark;

import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Filters;
import io.sparring.network.Input;
import io.sparring.network.Model;
import io.sparring.network.Observations;
import io.sparring.network.Trunk;
import io.sparring.random.Streams;
import java.util.List;

/** The networks that are measured, for CartPole's four observations and two actions. */
public enum Networks {
    /** 4 → 256 relu → {2, 1}. */
    SHARED_256_RELU(new Architecture(Architecture.Kind.SHARED, List.of(256), Activation.RELU, 4, 2, 0)),
    /** 4 → 64 tanh → 64 tanh → 2, and another such trunk → 1. */
    SEPARATE_64_64_TANH(new Architecture(Architecture.Kind.SEPARATE, List.of(64, 64), Activation.TANH, 4, 2, 0)),
    /** The pixel games' 10 × 10 × 4 → 16 filters of 3 × 3 → 128 → {6, 1}. */
    MINATAR(new Architecture(
            Architecture.Kind.SHARED, image("minatar", 128, Input.Order.CHANNELS_LAST, 10, 10, 4), 6, 0)),
    /** Four frames of Atari, 4 × 84 × 84 bytes, by the network of Mnih et al. 2015 → 512 → {6, 1}. */
    NATURE(new Architecture(
            Architecture.Kind.SHARED, image("nature", 512, Input.Order.CHANNELS_FIRST, 4, 84, 84), 6, 0));

    final Architecture architecture;

    Networks(Architecture architecture) {
        this.architecture = architecture;
    }

    private static Trunk image(String preset, int hidden, Input.Order order, Integer... shape) {
        Input image = new Input(Architecture.INPUT, List.of(shape), order, true);
        return new Trunk(List.of(image), Filters.PRESETS.get(preset), List.of(hidden), false, Activation.RELU);
    }

    Model model() {
        return new Model(architecture, architecture.initialParameters(Streams.of(1)));
    }

    /** Bytes where there are convolutions. */
    Observations observations(int rows) {
        int count = rows * architecture.observationSize();
        var random = Streams.of(2);
        if (architecture.trunk().convolutions().isEmpty()) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = 2 * random.nextFloat() - 1;
            }
            return new Observations.Floats(numbers);
        }
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return new Observations.Bytes(bytes);
    }
}
