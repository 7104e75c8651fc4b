package io.sparring.spark.cli;

import com.fasterxml.jackson.databind.node.TextNode;
import io.sparring.algorithm.Footprint;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.configuration.MissingHere;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Engine;
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

    /** Where the configuration that was read last came from, for messages. */
    private String source;

    boolean hasFile() {
        return file != null;
    }

    /** The file's name without folder and ending: the run is called after it. */
    String name() {
        return InputFile.called(file);
    }

    Configuration read() {
        if (file == null) {
            throw new InvalidConfiguration("expected a configuration, as in sparring train conf/cartpole-a2c.yaml");
        }
        InputFile input = InputFile.read(file);
        return parse(input.name(), input.text());
    }

    /** What {@link #read} gives, or, where an environment is named in the place of a file, a configuration of that environment. */
    Configuration readEnvironment() {
        if (file == null) {
            throw new InvalidConfiguration(
                    "expected an environment or a configuration, as in sparring check-env CartPole-v1");
        }
        if (file.matches(".*\\.ya?ml") || Files.exists(Path.of(file))) {
            return read();
        }
        // JSON's strings are YAML's.
        return parse(file, "environment: {id: " + TextNode.valueOf(file) + "}");
    }

    boolean hasSeed() {
        return seed != null;
    }

    /** The sweep that trains a configuration that was read here with each of these seeds. */
    InputFile sweep(Configuration configuration, Seeds seeds) {
        return seeds.sweep(InputFile.read(file), overrides, configuration);
    }

    /** The same options without a path of this machine. */
    List<String> travelling() {
        List<String> words = new ArrayList<>();
        if (file != null) {
            words.add(InputFile.read(file).travelling());
        }
        overrides.forEach(override -> words.addAll(List.of("--set", override)));
        if (seed != null) {
            words.addAll(List.of("--seed", seed.toString()));
        }
        return words;
    }

    Configuration parse(String name, String yaml) {
        List<String> all = new ArrayList<>(overrides);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        source = ConfigurationFile.source(name, all);
        Configuration configuration = ConfigurationFile.parse(name, yaml, all);
        if (!configuration.network().engine().isThere()) {
            throw new InvalidConfiguration(Engine.MISSING);
        }
        return configuration;
    }

    /** The environment of a configuration that was read here, for a run whose driver is this JVM. */
    EnvironmentSource resolve(Configuration configuration) {
        return resolve(configuration, Runtime.getRuntime().maxMemory());
    }

    /** The same, for one whose driver is elsewhere or has been here before. */
    EnvironmentSource resolveElsewhere(Configuration configuration) {
        return resolve(configuration, Long.MAX_VALUE);
    }

    /** What can be checked of it here without Python, for a run whose driver is elsewhere. */
    void checkElsewhere(Configuration configuration) {
        if (!configuration.environment().isPythons()) {
            resolveElsewhere(configuration);
        }
    }

    /**
     * @param heapBytes the driver's; {@link Long#MAX_VALUE} where that is not known
     * @throws InvalidConfiguration if there is none of that name, or an option is unknown or its value not allowed, or the run can
     *     never fit
     * @throws MissingHere if this machine lacks the Python that it needs
     */
    private EnvironmentSource resolve(Configuration configuration, long heapBytes) {
        try {
            EnvironmentSource source = configuration.environment().resolve();
            configuration.requireEvaluation(source);
            Footprint.require(configuration, source.spec(), heapBytes);
            return source;
        } catch (MissingHere e) {
            throw new MissingHere(source + ": " + e.getMessage());
        } catch (InvalidConfiguration e) {
            throw new InvalidConfiguration(source + ": " + e.getMessage());
        }
    }
}
