package io.sparring.spark.cli;

import io.sparring.algorithm.TrainingFailed;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.session.ClientLog;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.TypedCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code sparring conclude FOLDER}: what {@code submit/sparring} calls when a driver somewhere on the cluster has ended, with the folder of
 * {@link SubmitCommand}. Prints what the driver printed and ends with its exit code.
 */
@Command(name = "conclude", hidden = true)
final class ConcludeCommand implements Callable<Integer> {
    /** What of the client's log says why there is no driver (any more). */
    private static final Pattern REASON = Pattern.compile(
            "^.*(?:diagnostics(?: message)?: |final status: |State of .* is |(?:Error|Exception)(?: in thread \"main\")?[: ]+)(.+)");

    @Parameters
    private Path folder;

    /** {@link Main} is who looks for it: the driver's own object is among what it printed. */
    @Option(names = "--json")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        String outcome = Files.readString(folder.resolve(SubmitCommand.OUTCOME));
        String submission = Files.readString(folder.resolve(SubmitCommand.ID));
        org.apache.hadoop.conf.Configuration hadoop = Session.hadoop(Session.settings());
        Submission.Outcome result = Submission.read(outcome, submission, hadoop);
        if (result != null) {
            result.stdout().forEach(System.out::println);
            if (result.exit() != 0 && result.stderr() != null) {
                Console.line(result.stderr());
            }
            return result.exit();
        }
        RunFolder run =
                RunFolder.at(new org.apache.hadoop.fs.Path(outcome).getParent().toString(), hadoop);
        throw new TrainingFailed(
                "the driver left no result: " + reason(Files.readAllLines(folder.resolve(ClientLog.LOG)))
                        + (outcome.endsWith("/" + RunFolder.EXIT) && run.has("checkpoints")
                                ? "; go on with " + TypedCommand.of("train", "--resume", run.name())
                                : ""));
    }

    static String reason(List<String> lines) {
        String reason = "it was killed, or never started";
        for (String line : lines) {
            Matcher matcher = REASON.matcher(line);
            if (matcher.find()
                    && !matcher.group(1).isBlank()
                    && !matcher.group(1).equals("N/A")) {
                reason = matcher.group(1).strip();
            }
            // A pod's end.
            if (line.contains(" exit code: ")) {
                reason = "its pod ended with"
                        + line.substring(line.indexOf(" exit code: ")).replace(":", "");
            } else if (line.endsWith("termination reason: OOMKilled")) {
                reason = "its pod used more memory than it has: raise spark.driver.memoryOverhead, or --driver-memory";
            }
        }
        return reason;
    }
}
