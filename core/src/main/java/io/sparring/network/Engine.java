package io.sparring.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;
import java.util.ServiceLoader;

/** What computes gradients. All engines read the same {@link Model}; acting is {@link Network}'s with each of them. */
public enum Engine {
    /** {@link Network}: plain Java, with the same bits on every machine. */
    @JsonProperty("plain")
    PLAIN {
        @Override
        public LearningNetwork create(Architecture architecture) {
            return new Network(architecture);
        }

        @Override
        public void load() {}

        @Override
        public boolean isThere() {
            return true;
        }
    },

    /** DL4J's ComputationGraph of stock layers on ND4J arrays, from a jar of its own: equal to {@link #PLAIN} as far as floats go. */
    @JsonProperty("dl4j")
    DL4J {
        @Override
        public LearningNetwork create(Architecture architecture) {
            return present().create(architecture);
        }

        @Override
        public void load() {
            present().load();
        }

        @Override
        public boolean isThere() {
            return factory().isPresent();
        }

        private LearningNetwork.Factory present() {
            return factory().orElseThrow(() -> new IllegalStateException(MISSING));
        }

        private Optional<LearningNetwork.Factory> factory() {
            return ServiceLoader.load(LearningNetwork.Factory.class).findFirst();
        }
    };

    /** What to say where {@link #isThere()} is false. */
    public static final String MISSING =
            "network.engine: dl4j: its jar is not on the class path (sparring-dl4j.jar, which submit/sparring builds and adds where the command line, or a file or a folder of this machine, names the engine; for a run elsewhere say --set network.engine=dl4j; a bare spark-submit takes it by --jars)";

    /**
     * A network of this engine.
     *
     * @throws IllegalStateException if its jar is not on the class path
     */
    public abstract LearningNetwork create(Architecture architecture);

    /**
     * Loads its native code, if it has some. To be called once before a JVM's threads run beside each other: two that load at the same
     * time have been seen to wait for each other in the dynamic linker for ever.
     *
     * @throws IllegalStateException if its jar is not on the class path
     */
    public abstract void load();

    /** Whether its jar is on the class path. */
    public abstract boolean isThere();
}
