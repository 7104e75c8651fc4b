package io.sparring.spark.cli;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.folder.Comparison;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunReport;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.folder.SweepFolder;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring report}. */
@Command(
        name = "report",
        description = {
            "Writes a run's report.html from its metrics, also while it is running; a sweep's from its ledger.",
            "Of several runs: one page with their curves, what they differ by and what they have come to; runs that differ by their seed alone are one curve, with a band from the lowest to the highest."
        },
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    private static final String COMPARISON = "comparison.html";

    @Parameters(paramLabel = "RUN", arity = "1..*", description = "A run's folder.")
    private List<String> runs;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Where the page goes (default: report.html in the run's folder; of several runs " + COMPARISON
                    + ").")
    private Path to;

    @Override
    public Integer call() throws IOException {
        List<SavedRun> saved = new ArrayList<>();
        for (String run : runs) {
            RunFolder folder = RunFolder.at(run, Session.hadoop(Session.settings()));
            if (SweepFolder.isSweep(folder)) {
                return sweep(folder);
            }
            saved.add(SavedRun.open(run));
        }
        if (saved.size() > 1) {
            write(Comparison.page(saved), to == null ? Path.of(COMPARISON) : to);
        } else if (to != null) {
            write(RunReport.page(saved.get(0)), to);
        } else {
            SavedRun run = saved.get(0);
            RunReport.write(run.folder(), run.configuration(), run.environment(), run.result());
            System.out.println(run.folder().name() + "/report.html");
        }
        return 0;
    }

    private int sweep(RunFolder folder) throws IOException {
        if (runs.size() > 1) {
            throw new InvalidConfiguration(
                    folder.name() + ": expected runs, or one sweep alone, and this is one of " + runs.size());
        }
        String page = SweepFolder.page(folder, folder.has(RunFolder.EXIT));
        if (to != null) {
            write(page, to);
        } else {
            folder.write(SweepFolder.REPORT, page.getBytes(StandardCharsets.UTF_8));
            System.out.println(folder.name() + "/" + SweepFolder.REPORT);
        }
        return 0;
    }

    private static void write(String page, Path file) throws IOException {
        try {
            Files.writeString(file, page);
        } catch (AccessDeniedException e) {
            throw new InvalidConfiguration("--to " + file + " cannot be written by " + System.getProperty("user.name"));
        }
        System.out.println(file);
    }
}
