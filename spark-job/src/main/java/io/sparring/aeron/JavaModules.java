package io.sparring.aeron;

/**
 * What only a flag at the start of a JVM can grant. Agrona, beneath Aeron, reaches into {@code sun.nio.ch}. Spark opens it for its
 * drivers and executors, so on a cluster there is nothing to set; a JVM that was started otherwise may lack it.
 */
final class JavaModules {
    private static final String PACKAGE = "sun.nio.ch";

    private JavaModules() {}

    /** @throws TransportFailed with the flag that is missing, and where to put it */
    static void requireOpen() throws TransportFailed {
        if (!Object.class.getModule().isOpen(PACKAGE, JavaModules.class.getModule())) {
            throw new TransportFailed(
                    "this JVM was started without --add-opens=java.base/" + PACKAGE
                            + "=ALL-UNNAMED, which the parameter server's transport (Aeron) needs; spark-submit gives it to drivers and"
                            + " executors, and so does submit/sparring: start it by one of these, or add the flag to its command");
        }
    }
}
