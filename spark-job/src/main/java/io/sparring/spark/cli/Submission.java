package io.sparring.spark.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;

/**
 * A driver somewhere on the cluster that {@code submit/sparring} asked for and waits for. Clients of YARN and Kubernetes do not bring
 * back a driver's exit code or what it printed: it is left in a file. A resource manager may start the driver more than once, each
 * an attempt of the same submission.
 *
 * @param id its name, the same for all attempts
 * @param outcome where the result goes
 */
record Submission(String id, Path outcome, SparkConf settings) {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    /** More than any command prints after its work. */
    private static final int KEPT_LINES = 200;

    /**
     * How a driver ended.
     *
     * @param stdout what it printed
     * @param stderr the last complaint or remark that it made there; null for none
     */
    record Outcome(int exit, String submission, List<String> stdout, String stderr) {}

    /** Null where nobody waits: the driver runs beside the user, or a bare spark-submit started it. */
    static Submission of(SparkConf settings) {
        return settings.contains("spark.sparring.submission") && settings.contains("spark.sparring.outcome")
                ? new Submission(
                        settings.get("spark.sparring.submission"),
                        new Path(settings.get("spark.sparring.outcome")),
                        settings)
                : null;
    }

    /** Runs a command and leaves its result. An attempt that finds the result of an earlier one gives that. */
    int run(IntSupplier command) {
        try {
            Outcome earlier = read(outcome.toString(), id, Session.hadoop(settings));
            // A signal is the cluster's way to take a driver away: the next attempt goes on.
            if (earlier != null && earlier.exit() <= 2) {
                Console.say("an earlier attempt ended with exit code " + earlier.exit() + "; " + outcome
                        + " has its result");
                return earlier.exit();
            }
        } catch (IOException e) {
            Console.say(Main.explain(e));
            return 1;
        }
        PrintStream out = System.out;
        PrintStream err = System.err;
        Tail stdout = new Tail(out);
        Tail stderr = new Tail(err);
        System.setOut(new PrintStream(stdout, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(stderr, true, StandardCharsets.UTF_8));
        int exit;
        try {
            exit = command.getAsInt();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        // Not the lines of progress.
        String complaint = stderr.lines().stream()
                .filter(line -> line.startsWith("sparring: "))
                .reduce((earlier, later) -> later)
                .orElse(null);
        Outcome result = new Outcome(exit, id, stdout.lines(), complaint);
        try {
            RunFolder.at(outcome.getParent().toString(), Session.hadoop(settings))
                    .write(outcome.getName(), JSON.writeValueAsBytes(result));
        } catch (IOException e) {
            Console.say(Main.explain(e));
            return exit == 0 ? 1 : exit;
        }
        return exit;
    }

    /** The result of a submission; null where there is none (yet), or another's. */
    static Outcome read(String outcome, String id, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        Path path = new Path(outcome);
        try {
            Outcome found = JSON.readValue(
                    RunFolder.at(path.getParent().toString(), hadoop).read(path.getName()), Outcome.class);
            return id.equals(found.submission()) ? found : null;
        } catch (FileNotFoundException none) {
            return null;
        }
    }

    /** Passes on what is written and keeps its last lines. */
    private static final class Tail extends OutputStream {
        private final OutputStream out;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final java.util.ArrayDeque<String> lines = new java.util.ArrayDeque<>();

        Tail(OutputStream out) {
            this.out = out;
        }

        @Override
        public synchronized void write(int value) throws IOException {
            out.write(value);
            if (value == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
                if (lines.size() > KEPT_LINES) {
                    lines.remove();
                }
            } else {
                line.write(value);
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            out.flush();
        }

        synchronized List<String> lines() {
            return List.copyOf(lines);
        }
    }
}
