package io.sparring.spark.cli;

import io.sparring.Names;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.export.ExportedPolicy;
import io.sparring.export.PolicyFormat;
import io.sparring.network.Model;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.folder.OutputFile;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring export}. */
@Command(
        name = "export",
        description = "Writes a checkpoint's policy as one file that acts without Sparring (docs/export.md).",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    private static final List<String> FORMATS =
            Arrays.stream(PolicyFormat.values()).map(PolicyFormat::toString).toList();

    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    private String run;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description =
                    "onnx: for ONNX Runtime and the like; dl4j: a ComputationGraph that DL4J loads; jar: for Java alone.")
    private String format;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "Where it goes, on any file system that Hadoop knows.")
    private String output;

    @Option(names = "--overwrite", description = "Replaces a file that is there.")
    private boolean overwrite;

    @Option(
            names = "--checkpoint",
            paramLabel = "NAME",
            description = "best or last (default: best, or last where no evaluation has been).")
    private String checkpoint;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PolicyFormat kind = kind();
        checkpoint = SavedRun.checkpointName(run, checkpoint);
        SavedRun saved = SavedRun.open(run, checkpoint, List.of());
        OutputFile file = file();
        EnvironmentSpec environment = saved.spec();
        Model model = saved.checkpoint().model(ShardWorker.architecture(saved.configuration(), environment));
        byte[] content = content(
                kind,
                new ExportedPolicy(
                        model, environment, saved.configuration().network().distribution(environment)));
        file.write(content);
        long round = saved.checkpoint().counters().round();
        System.out.printf(
                Locale.ROOT, "%s: %s of round %,d as %s, %,d bytes%n", file, checkpoint, round, kind, content.length);
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("file", file.toString());
            result.put("format", kind.toString());
            result.put("checkpoint", checkpoint);
            result.put("round", round);
            result.put("bytes", content.length);
            result.put("params_sha256", CheckpointFile.sha256(model.parameters()));
            System.out.println(RunResult.json(result));
        }
        return 0;
    }

    private PolicyFormat kind() {
        return Arrays.stream(PolicyFormat.values())
                .filter(one -> one.toString().equalsIgnoreCase(format))
                .findFirst()
                .orElseThrow(() -> new InvalidConfiguration(
                        "--format " + format + ": expected one of " + FORMATS + Names.hint(format, FORMATS)));
    }

    private OutputFile file() throws IOException {
        try {
            return OutputFile.at(output, overwrite, Session.hadoop(Session.settings()));
        } catch (InvalidConfiguration e) {
            throw new InvalidConfiguration("--output " + e.getMessage());
        }
    }

    private static byte[] content(PolicyFormat kind, ExportedPolicy policy) {
        try {
            return kind.file(policy);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration("--format " + kind + ": " + e.getMessage());
        }
    }
}
