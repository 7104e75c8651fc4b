package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.tuning.LedgerFile;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.States;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepReportCommandTest {
    private static final String SWEEP = """
            base: {environment: {id: CartPole-v1}, a2c: {shards: 1}, budget: {env-steps: 20000}}
            space: {optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}}
            trials: 9
            """;

    @TempDir
    private Path folder;

    private Path sweep;
    private byte[] ledger;

    /** A sweep without a training: half of it is done. */
    @BeforeEach
    void writeSweep() throws IOException {
        sweep = Files.createDirectory(folder.resolve("s"));
        SweepFile file = SweepFile.parse("sweep.yaml", SWEEP, List.of(), null, base -> base);
        Files.writeString(sweep.resolve("sweep.yaml"), file.text());
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        Sweep half = Sweep.begin(file, new Forgetful(), event -> lines.writeBytes(LedgerFile.line(event)));
        for (int i = 0; i < 5; i++) {
            Work work = half.next("worker");
            half.finished(new SliceResult(i, 0, 10, 5_000, 50, 100 + i, 0.5, "sha", "env-steps", null, null));
            assertThat(work.kind()).isEqualTo(Work.Kind.SLICE);
        }
        ledger = lines.toByteArray();
        Files.write(sweep.resolve("ledger.jsonl"), ledger);
    }

    private static final class Forgetful implements States {
        @Override
        public void put(int trial, byte[] state) {}

        @Override
        public byte[] get(int trial) {
            return null;
        }

        @Override
        public void remove(int trial) {}
    }

    @Test
    void aSweepThatWasKilledAtAnyByteOrIsRunningIsReportedAndNothingElseIsTouched() throws IOException {
        byte[] torn = Arrays.copyOf(ledger, ledger.length - 7);
        Files.write(sweep.resolve("ledger.jsonl"), torn);
        // Somebody works on it.
        Files.writeString(sweep.resolve("lock"), "somebody");

        Sparring.Outcome outcome = Sparring.here("report", sweep.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stdout().strip()).isEqualTo(sweep + "/report.html");
        assertThat(sweep.resolve("report.html"))
                .content()
                .contains("Killed, or still running: 5 of 9 trials begun, 4 finished", "The best trial has 103.0");
        assertThat(sweep.resolve("ledger.jsonl")).hasBinaryContent(torn);
        assertThat(sweep.resolve("lock")).hasContent("somebody");
        try (Stream<Path> files = Files.list(sweep)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("sweep.yaml", "ledger.jsonl", "lock", "report.html");
        }
    }

    @Test
    void thePageGoesWhereItIsAskedToAndSaysThatTheSweepWasStopped() throws IOException {
        Files.writeString(sweep.resolve("exit.json"), "{\"exit\":130}");
        Path page = folder.resolve("page.html");

        Sparring.Outcome outcome = Sparring.here("report", sweep.toString(), "--to", page.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(page).content().contains("Stopped, to be gone on with (sweep --resume): 5 of 9 trials begun");
        assertThat(sweep.resolve("report.html")).doesNotExist();
    }

    @Test
    void aLedgerThatIsDamagedInTheMiddleIsNamedWithItsLine() throws IOException {
        byte[] damaged = ledger.clone();
        damaged[ledger.length / 2] ^= 1;
        Files.write(sweep.resolve("ledger.jsonl"), damaged);

        Sparring.Outcome outcome = Sparring.here("report", sweep.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains(sweep + "/ledger.jsonl: line ", "damaged");
    }

    @Test
    void aLedgerOfAnotherSweepIsNamedWithItsLine() throws IOException {
        Path file = sweep.resolve("sweep.yaml");
        Files.writeString(file, Files.readString(file) + "scheduler: asha\n");

        Sparring.Outcome outcome = Sparring.here("report", sweep.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains(sweep + "/ledger.jsonl: line 1");
    }

    @Test
    void aSweepIsNoRunToCompareWithOthers() {
        Sparring.Outcome outcome = Sparring.here("report", sweep.toString(), sweep.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains("expected runs, or one sweep alone");
    }
}
