package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user may not read or write on this machine's disks. Root may everything, and is somebody else here. */
class DeniedIT {
    private static final String TINY = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            budget: {env-steps: 64}
            evaluation: {every-env-steps: 64, episodes: 1}
            """;

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final String AS = ROOT ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";

    @TempDir
    private static Path work;

    private static String user;

    @BeforeAll
    static void aRunThatMayBeReadAndOneThatMayNot() throws IOException, InterruptedException {
        Files.writeString(work.resolve("tiny.yaml"), TINY);
        Sparring.elsewhere(work.resolve("tree"));
        Sparring.Outcome made = Sparring.shell(work, """
                set -e
                "$sparring" --master "local[2]" train tiny.yaml --run run
                cp -r run secret
                cp tiny.yaml secret.yaml
                echo spark.app.name x > secret.conf
                mkdir mine
                chmod -R a+rX,a-w .
                chmod a+w mine
                chmod 0 secret/checkpoints secret.yaml secret.conf
                """);
        assertThat(made.exit()).as(made.toString()).isZero();
        Sparring.Outcome who =
                Sparring.shell(work, AS + "sh -c 'test -r tiny.yaml && test -r \"$0\" && id -un' \"$sparring\"");
        Assumptions.assumeTrue(who.exit() == 0, "Somebody without rights can be had here, and reads this tree: " + who);
        user = who.stdout().strip();
    }

    private static Sparring.Outcome sparring(String words) throws IOException, InterruptedException {
        return call("\"$sparring\"", words);
    }

    private static Sparring.Outcome call(String script, String words) throws IOException, InterruptedException {
        return Sparring.shell(work, AS + script + " --master 'local[2]' " + words);
    }

    private static void assertDenied(String words, String file, String what) throws IOException, InterruptedException {
        Sparring.Outcome outcome = sparring(words);
        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .as(words)
                .containsExactly("sparring: " + file + " cannot be " + what + " by " + user);
    }

    @Test
    void whatMayNotBeWrittenIsSaidToBeSoBeforeAnythingIsDone() throws IOException, InterruptedException {
        assertDenied("train tiny.yaml --run of-mine", work.resolve("of-mine").toString(), "written");
        assertDenied(
                "train --resume run --set budget.env-steps=128",
                work.resolve("run/checkpoints").toString(),
                "written");
        assertDenied("report run", work.resolve("run/report.html").toString(), "written");
        assertDenied("report run run --to page.html", "--to page.html", "written");
    }

    @Test
    void whatMayNotBeReadIsSaidToBeSo() throws IOException, InterruptedException {
        assertDenied("train secret.yaml --run mine/run", "secret.yaml", "read");
        assertDenied("--properties-file secret.conf train tiny.yaml", "--properties-file secret.conf", "read");
        assertDenied("evaluate secret", work.resolve("secret/checkpoints").toString(), "read");
        assertThat(work.resolve("mine/run")).doesNotExist();
    }

    /** By a tree in which faster starts cannot be prepared. */
    @Test
    void aRunOfSomebodyElsesIsPlayedAndReportedElsewhereByATreeOfSomebodyElses()
            throws IOException, InterruptedException {
        Sparring.Outcome played = sparring("evaluate run --episodes 2");
        Sparring.Outcome reported = call("tree/submit/sparring", "report run --to mine/page.html");

        assertThat(played.exit()).as(played.toString()).isZero();
        assertThat(played.stdout()).contains("over 2 greedy episodes");
        assertThat(reported.exit()).as(reported.toString()).isZero();
        assertThat(reported.complaints()).isEmpty();
        assertThat(work.resolve("mine/page.html")).content().contains("Identity-Discrete-v0");
    }
}
