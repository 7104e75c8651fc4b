package io.sparring.benchmark;

import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.random.Streams;
import java.util.List;

/** The networks that are measured, for CartPole's four observations and two actions. */
public enum Networks {
    /** 4 → 256 relu → {2, 1}. */
    SHARED_256_RELU(new Architecture(Architecture.Kind.SHARED, List.of(256), Activation.RELU, 4, 2, 0)),
    /** 4 → 64 tanh → 64 tanh → 2, and another such trunk → 1. */
    SEPARATE_64_64_TANH(new Architecture(Architecture.Kind.SEPARATE, List.of(64, 64), Activation.TANH, 4, 2, 0));

    final Architecture architecture;

    Networks(Architecture architecture) {
        this.architecture = architecture;
    }

    Model model() {
        return new Model(architecture, architecture.initialParameters(Streams.of(1)));
    }

    float[] observations(int rows) {
        float[] observations = new float[rows * architecture.observationSize()];
        var random = Streams.of(2);
        for (int i = 0; i < observations.length; i++) {
            observations[i] = 2 * random.nextFloat() - 1;
        }
        return observations;
    }
}
