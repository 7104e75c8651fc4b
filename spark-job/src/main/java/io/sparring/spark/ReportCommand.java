package io.sparring.spark;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sparring report}. */
@Command(
        name = "report",
        description = "Writes a run's report.html from its metrics, also while it is running.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    private String run;

    @Override
    public Integer call() throws IOException {
        SavedRun saved = SavedRun.open(run, "last");
        RunReport.write(saved.folder(), saved.configuration(), saved.result());
        System.out.println(saved.folder().name() + "/report.html");
        return 0;
    }
}
