package io.sparring.environment.gymnasium;

import java.io.File;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How Python processes are started and watched: nothing of it changes a result.
 *
 * @param python the interpreter, a path or a name to look for; empty: what Spark's own variables name, else {@code python3}
 * @param modules imported first, because they register environments
 * @param requireReplay whether an episode that does not repeat itself is an error
 * @param maxRestarts how many processes of one environment may be lost between two snapshots
 * @param startSeconds within which a process has to be ready
 * @param stepSeconds within which a step has to be done
 * @param halfBlocks whether one half of the copies is stepped while somebody acts for the other
 */
public record Hosting(
        String python,
        List<String> modules,
        boolean requireReplay,
        int maxRestarts,
        double startSeconds,
        double stepSeconds,
        boolean halfBlocks)
        implements Serializable {

    public Hosting {
        modules = List.copyOf(modules);
    }

    /** The interpreter here: {@link #python}, PYSPARK_PYTHON, PYSPARK_DRIVER_PYTHON, or python3 or python on the path. */
    String interpreter() {
        return interpreter(System.getenv());
    }

    String interpreter(Map<String, String> environment) {
        return Stream.of(
                        python,
                        environment.getOrDefault("PYSPARK_PYTHON", ""),
                        environment.getOrDefault("PYSPARK_DRIVER_PYTHON", ""))
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElseGet(() -> onPath(environment, "python3") ? "python3" : "python");
    }

    private static boolean onPath(Map<String, String> environment, String name) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, name)));
    }
}
