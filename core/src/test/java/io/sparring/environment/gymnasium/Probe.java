package io.sparring.environment.gymnasium;

import io.sparring.environment.EnvironmentSource;
import io.sparring.python.PythonEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The environment of {@code probe_environments.py}, which is told how to misbehave. */
final class Probe {
    private static final String ID = "gymnasium:Probe-v0";

    private Probe() {}

    /** An interpreter that finds the tests' modules. */
    static String interpreter(Path folder) throws IOException {
        PythonEnvironment python = PythonEnvironment.orSkip();
        Path script = folder.resolve("python");
        if (!Files.exists(script)) {
            Files.writeString(
                    script,
                    "#!/bin/sh\nPYTHONPATH='"
                            + python.script("probe_environments.py").getParent() + "' exec '" + python.interpreter()
                            + "' \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        return script.toString();
    }

    static Hosting hosting(String interpreter, boolean requireReplay, int maxRestarts, double stepSeconds) {
        return new Hosting(
                interpreter, List.of("probe_environments"), requireReplay, maxRestarts, 120, stepSeconds, true);
    }

    static EnvironmentSource source(Hosting hosting, Map<String, Object> options) {
        return Gymnasium.resolve(ID, new TreeMap<>(options), List.of(), hosting);
    }
}
