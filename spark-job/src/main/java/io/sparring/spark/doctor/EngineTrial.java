package io.sparring.spark.doctor;

import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Engine;
import java.util.List;

/** Whether an engine makes networks here: it may bring native code, which asks for libraries of the system. */
final class EngineTrial extends Trial {
    private static final long serialVersionUID = 1L;

    private final Engine engine;

    EngineTrial(Engine engine) {
        this.engine = engine;
    }

    @Override
    String attempt() {
        engine.create(new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.TANH, 1, 1, 0));
        return null;
    }
}
