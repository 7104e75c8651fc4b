package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.Returns;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring inspect}. */
@Command(name = "inspect", description = "Says what lies in a run's folder.", mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    private String run;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        SavedRun saved = SavedRun.open(run);
        RunResult result = saved.result();
        System.out.println(result.sentence(saved.configuration()));
        if (result.paramsSha256() != null) {
            System.out.printf(Locale.ROOT, "last: round %,d, parameters %s%n", result.rounds(), result.paramsSha256());
        }
        if (result.bestParamsSha256() != null) {
            System.out.println(
                    "best: return " + Returns.text(result.bestReturn()) + ", parameters " + result.bestParamsSha256());
        }
        if (saved.environment() != null) {
            System.out.println(Explanation.oneLine(saved.environment().id() + " "
                    + saved.environment().options() + ": " + saved.environment().spaces()));
        }
        System.out.println();
        System.out.print(ConfigurationFile.writeUsed(saved.configuration()));
        if (json) {
            System.out.println(result.json());
        }
        return 0;
    }
}
