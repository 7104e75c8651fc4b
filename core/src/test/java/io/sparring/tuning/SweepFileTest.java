package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SweepFileTest {
    private static final Path HOME = Path.of("..");

    private static String read(String name) {
        try {
            return Files.readString(HOME.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatComesWithSparringCanBeRun() throws IOException {
        try (Stream<Path> files = Files.list(HOME.resolve("conf/sweeps"))) {
            assertThat(files).isNotEmpty().allSatisfy(file -> {
                SweepFile sweep =
                        SweepFile.parse(file.toString(), Files.readString(file), List.of(), null, SweepFileTest::read);
                assertThat(sweep.firstPoints(20))
                        .allSatisfy(point -> assertThat(sweep.configuration(point.overrides()))
                                .isNotNull());
            });
        }
    }

    @Test
    void allOfItInOneTextIsTheSameSweep() {
        String yaml = "{base: conf/cartpole-a2c.yaml, overrides: {budget.target-return: null}, trials: 5, seed: 3,"
                + " space: {optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}, seed: {grid: [0, 1]}}}";
        SweepFile sweep = SweepFile.parse("a", yaml, List.of("a2c.gamma=0.9"), null, SweepFileTest::read);

        SweepFile again = SweepFile.parse("b", sweep.text(), List.of(), null, name -> {
            throw new AssertionError(name);
        });

        assertThat(again.fingerprint()).isEqualTo(sweep.fingerprint());
        assertThat(again.text()).isEqualTo(sweep.text());
        assertThat(again.configuration(List.of())).isEqualTo(sweep.configuration(List.of()));
        // Whole candidates.
        assertThat(sweep.trials()).isEqualTo(6);
    }

    @Test
    void keysOfItsOwnAreSetBesideTheBasesAndLeaveItTheSameSweep() {
        String yaml = "{base: conf/cartpole-a2c.yaml, trials: 5, confirm: {seeds: 7},"
                + " space: {optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}}}";
        SweepFile sweep = SweepFile.parse("a", yaml, List.of("a2c.gamma=0.9"), null, SweepFileTest::read);

        List<String> set =
                List.of("trials=8", "max-concurrent=3", "trial-seconds=2.5", "confirm.points=4", "confirm.seeds=9");
        SweepFile again = SweepFile.parse("b", sweep.text(), set, null, SweepFileTest::read);

        assertThat(again.fingerprint()).isEqualTo(sweep.fingerprint());
        assertThat(again.overrides()).containsExactly("a2c.gamma=0.9");
        assertThat(again.trials()).isEqualTo(8);
        assertThat(again.maxConcurrent()).isEqualTo(3);
        assertThat(again.trialSeconds()).isEqualTo(2.5);
        assertThat(again.confirm()).isEqualTo(new SweepFile.Confirm(4, 9));
        assertThat(SweepFile.parse("c", again.text(), List.of("confirm.points=2"), null, SweepFileTest::read)
                        .confirm())
                .isEqualTo(new SweepFile.Confirm(2, 9));
    }
}
