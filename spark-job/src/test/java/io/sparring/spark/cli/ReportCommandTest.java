package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sparring report} of several runs. */
class ReportCommandTest {
    @TempDir
    private Path work;

    /** A run's folder with as many evaluations as there are returns, one every 100 steps. */
    private String run(String name, String configuration, double... returns) throws IOException {
        Path run = Files.createDirectory(work.resolve(name));
        Files.writeString(run.resolve("configuration.yaml"), "environment: {id: CartPole-v1}\n" + configuration);
        StringBuilder metrics = new StringBuilder();
        for (int i = 1; i <= returns.length; i++) {
            metrics.append(
                    "{\"type\":\"evaluation\",\"round\":%d,\"env_steps\":%d,\"seconds\":%d,\"evaluation_return\":%s}\n"
                            .formatted(i, 100 * i, i, returns[i - 1]));
        }
        Files.writeString(run.resolve("metrics.jsonl"), metrics);
        return run.toString();
    }

    private String page(String... runs) throws IOException {
        String[] words = new String[runs.length + 3];
        words[0] = "report";
        System.arraycopy(runs, 0, words, 1, runs.length);
        words[runs.length + 1] = "--to";
        words[runs.length + 2] = work.resolve("page.html").toString();
        Sparring.Outcome outcome = Sparring.here(words);
        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        return Files.readString(work.resolve("page.html"));
    }

    @Test
    void runsThatDifferByTheirSeedAloneAreOneCurveAndOneRow() throws IOException {
        String page = page(
                run("cp-seed0-1", "seed: 0\nbudget: {target-return: 30}", 10, 30),
                run("cp-seed1-2", "seed: 1\nbudget: {target-return: 30}", 20, 25, 20),
                run("cp-seed2-3", "seed: 2\nbudget: {target-return: 30}", 30),
                run("other", "seed: 0\nbudget: {target-return: 30}\na2c: {gamma: 0.5}", 5, 15));

        assertThat(page)
                .contains("Runs that differ by their seed alone are one curve.")
                .contains("\"name\":\"cp, seeds 0\\u20132\",\"x\":[100,200,300],\"y\":[20,28.3333,26.6667]")
                .contains("\"low\":[10,25,20],\"high\":[30,30,30]")
                .contains("\"name\":\"other\",\"x\":[100,200],\"y\":[5,15]}")
                .contains("\"threshold\":{\"name\":\"target\",\"value\":30.0}")
                .contains("<th scope=\"col\">a2c.gamma</th>")
                .contains(
                        "<td>cp, seeds 0&ndash;2</td><td>0&ndash;2</td><td>0.99</td>"
                                + "<td>26.667 (20.0 to 30.0)</td><td>28.333 (25.0 to 30.0)</td><td>150 (100 to 200), 2 of 3</td>")
                .contains("<td>other</td><td>0</td><td>0.5</td><td>15.0</td><td>15.0</td><td>&ndash;</td>")
                .containsSubsequence("Return by steps", "Return by time", ">cp-seed0-1<", ">cp-seed2-3<");
    }

    @Test
    void runsThatAreNotEvaluatedAreComparedByTheirTraining() throws IOException {
        String one = run("one", "evaluation: {every-env-steps: 0}");
        String two = run("two", "evaluation: {every-env-steps: 0}\na2c: {gamma: 0.5}");
        for (String run : new String[] {one, two}) {
            Files.writeString(
                    Path.of(run, "metrics.jsonl"),
                    "{\"type\":\"round\",\"round\":1,\"env_steps\":64,\"seconds\":1,\"mean_return\":7.5}\n");
        }

        assertThat(page(one, two))
                .contains("Mean return of the last 100 episodes of training.", "<td>7.5</td>", "\"y\":[7.5]");
    }
}
