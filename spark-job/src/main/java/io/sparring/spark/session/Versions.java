package io.sparring.spark.session;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a run was run with. */
public final class Versions {
    private Versions() {}

    /** This program's own. */
    public static String sparring() {
        String version = Versions.class.getPackage().getImplementationVersion();
        return version == null ? "(built from classes)" : version;
    }

    /** Names and versions, in a fixed order. */
    public static Map<String, String> all() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("sparring", sparring());
        versions.put("spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
        versions.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return versions;
    }
}
