package io.sparring.dl4j;

import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;

/** {@link io.sparring.network.Engine#DL4J}, as the service that core looks for. */
public final class Dl4jEngine implements LearningNetwork.Factory {
    /** For the service loader. */
    public Dl4jEngine() {}

    @Override
    public void load() {
        Natives.load();
    }

    @Override
    public LearningNetwork create(Architecture architecture) {
        return new Dl4jNetwork(architecture);
    }
}
