package io.sparring.spark.parameterserver;

import java.util.List;
import java.util.stream.Collectors;

/** What Aeron has to reach inside of Java, and only a flag at the start of the JVM can grant. */
final class JavaModules {
    private static final List<String> PACKAGES =
            List.of("sun.nio.ch", "java.nio", "java.lang", "java.util", "jdk.internal.misc");

    private JavaModules() {}

    /** @throws TransportFailed with the flags that are missing, and where to put them */
    static void requireOpen() throws TransportFailed {
        Module base = Object.class.getModule();
        Module ours = JavaModules.class.getModule();
        List<String> closed =
                PACKAGES.stream().filter(name -> !base.isOpen(name, ours)).toList();
        if (!closed.isEmpty()) {
            String flags = closed.stream()
                    .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
                    .collect(Collectors.joining(" "));
            throw new TransportFailed("this JVM was started without " + flags
                    + ", which the parameter server's transport (Aeron) needs: submit/sparring gives it; with a spark-submit of your own"
                    + " use --driver-java-options and --conf spark.executor.extraJavaOptions=…");
        }
    }
}
