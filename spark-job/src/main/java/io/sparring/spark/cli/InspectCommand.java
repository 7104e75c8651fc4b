package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.Returns;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.spark.folder.Pretrained;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
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
        Pretrained pretrained = saved.pretrained();
        System.out.println(pretrained == null ? result.sentence(saved.configuration()) : pretrained.sentence());
        if (result.paramsSha256() != null) {
            System.out.printf(
                    Locale.ROOT,
                    "last: %s %,d, parameters %s%n",
                    pretrained == null ? "round" : "epoch",
                    result.rounds(),
                    result.paramsSha256());
        }
        if (result.bestParamsSha256() != null) {
            String reached =
                    pretrained == null ? "return " + Returns.text(result.bestReturn()) : "epoch " + pretrained.best();
            System.out.println("best: " + reached + ", parameters " + result.bestParamsSha256());
        }
        if (saved.origin() != null) {
            System.out.println("first model: " + saved.origin().sentence());
        }
        if (saved.checkpoint() != null) {
            print(saved.checkpoint().normalizer());
        }
        if (saved.environment() != null) {
            System.out.println(Explanation.oneLine(saved.environment().id() + " "
                    + saved.environment().options() + ": " + saved.environment().spaces()));
        }
        System.out.println();
        System.out.print(
                pretrained == null
                        ? ConfigurationFile.writeUsed(saved.configuration())
                        : ConfigurationFile.write(saved.configuration()));
        if (json) {
            System.out.println(result.json());
        }
        return 0;
    }

    /** Its extremes: a number that hardly changes, or one in units of its own, is seen there. */
    private static void print(Normalizer normalizer) {
        RunningMoments observations = normalizer.observations();
        if (normalizer.normalizesObservations()) {
            List<Integer> bySpread = IntStream.range(0, observations.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(observations::variance))
                    .toList();
            int least = bySpread.get(0);
            int most = bySpread.get(bySpread.size() - 1);
            System.out.printf(
                    Locale.ROOT,
                    "normaliser: %,d observations; σ from %.3g (number %d) to %.3g (number %d of %d, counted from 0)%n",
                    observations.count(),
                    Math.sqrt(observations.variance(least)),
                    least,
                    Math.sqrt(observations.variance(most)),
                    most,
                    observations.size());
        }
        if (normalizer.normalizesRewards()) {
            System.out.printf(
                    Locale.ROOT,
                    "normaliser: rewards are divided by %.3g, the σ of the discounted returns of %,d steps%n",
                    normalizer.rewardScale(),
                    normalizer.returns().count());
        }
    }
}
