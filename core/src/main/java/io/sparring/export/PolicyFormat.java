package io.sparring.export;

import java.util.Locale;
import java.util.ServiceLoader;

/** What a policy may be exported as. */
public enum PolicyFormat {
    /** {@link OnnxFile}. */
    ONNX {
        @Override
        public byte[] file(ExportedPolicy policy) {
            return OnnxFile.of(policy);
        }
    },
    /** A stock ComputationGraph of DL4J, from a jar of its own. */
    DL4J {
        @Override
        public byte[] file(ExportedPolicy policy) {
            return ServiceLoader.load(Writer.class)
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException(
                                    "its jar is not on the class path (sparring-dl4j.jar, which submit/sparring builds and adds for this format; a bare spark-submit takes it by --jars)"))
                    .file(policy);
        }
    },
    /** {@link PolicyJar}. */
    JAR {
        @Override
        public byte[] file(ExportedPolicy policy) {
            return PolicyJar.of(policy);
        }
    };

    /** What writes {@link #DL4J}, as the service loader finds it. */
    public interface Writer {
        /** As {@link PolicyFormat#file}. */
        byte[] file(ExportedPolicy policy);
    }

    /**
     * A whole file.
     *
     * @throws IllegalArgumentException if there is something in the policy that this format has no words for, with what and which format has
     */
    public abstract byte[] file(ExportedPolicy policy);

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
