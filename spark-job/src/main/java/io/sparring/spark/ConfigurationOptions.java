package io.sparring.spark;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a configuration comes from: a file, then the command line. */
final class ConfigurationOptions {
    @Parameters(arity = "0..1", paramLabel = "CONFIG", description = "A YAML file, such as conf/cartpole-a2c.yaml.")
    private String file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key, as in --set a2c.gamma=0.98; may be repeated.")
    private List<String> overrides = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "Overrides the seed.")
    private Long seed;

    boolean hasFile() {
        return file != null;
    }

    /** The file's name without folder and ending: the run is called after it. */
    String name() {
        String name = Path.of(file).getFileName().toString();
        return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    Configuration read() {
        if (file == null) {
            throw new InvalidConfiguration("expected a configuration, as in sparring train conf/cartpole-a2c.yaml");
        }
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw new InvalidConfiguration(file + ": there is no such file" + presets(path));
        }
        try {
            return parse(file, Files.readString(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidConfiguration(file + ": cannot be read as text: " + e.getMessage());
        }
    }

    Configuration parse(String name, String yaml) {
        List<String> all = new ArrayList<>(overrides);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        return ConfigurationFile.parse(name, yaml, all);
    }

    private static String presets(Path missing) {
        Path folder = missing.getParent() == null ? Path.of("conf") : missing.getParent();
        try (var files = Files.list(folder)) {
            List<String> known = files.map(found -> found.getFileName().toString())
                    .filter(found -> found.endsWith(".yaml"))
                    .sorted()
                    .toList();
            return io.sparring.Names.hint(missing.getFileName().toString(), known);
        } catch (IOException e) {
            return "";
        }
    }
}
