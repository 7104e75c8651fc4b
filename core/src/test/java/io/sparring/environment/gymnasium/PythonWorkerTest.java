package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.gymnasium.PythonWorker.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonWorkerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final byte[] NOTHING = {};

    @TempDir
    private Path folder;

    @Test
    void everyCommandHasItsAnswerAndAnUnknownOneIsRefused() throws IOException {
        String interpreter = Probe.interpreter(folder);
        byte[] seeds = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(3)
                .putInt(4)
                .array();
        try (PythonWorker worker = PythonWorker.start(interpreter)) {
            assertThatThrownBy(() -> worker.ask(Operation.RESET, seeds, PATIENCE))
                    .isInstanceOf(PythonFailure.class)
                    .hasMessage("the command 2 before there is an environment");

            Gymnasium.make(
                    worker,
                    "gymnasium:Probe-v0",
                    new TreeMap<>(),
                    List.of(),
                    List.of(2),
                    Probe.hosting(interpreter, false, 0, 60));
            assertThat(StandardCharsets.UTF_8
                            .decode(worker.ask(Operation.GET_SPACES, NOTHING, PATIENCE))
                            .toString())
                    .contains("\"observations\"", "\"actions\"");
            assertThat(worker.ask(Operation.SEED, seeds, PATIENCE).remaining()).isZero();
            byte[] step = new byte[8 + 1 + 4];
            step[0] = 1;
            step[4] = 1;
            assertThatThrownBy(() -> worker.ask(Operation.STEP, step, PATIENCE))
                    .isInstanceOf(PythonFailure.class)
                    .hasMessageStartingWith("copy 1: ResetNeeded: Cannot call env.step() before calling env.reset()");
            ByteBuffer first = worker.ask(Operation.RESET, seeds, PATIENCE);
            assertThat(first.remaining()).isEqualTo(2 * 2 * Float.BYTES);
            assertThat(worker.ask(Operation.RESET_TASK, seeds, PATIENCE)).isEqualTo(first);
            assertThatThrownBy(() -> worker.ask(Operation.ERROR, NOTHING, PATIENCE))
                    .isInstanceOf(PythonFailure.class)
                    .hasMessage("there is no command 9");
            assertThat(worker.ask(Operation.RESET, seeds, PATIENCE)).isEqualTo(first);
        }
    }

    /** A video of the last episode, perhaps. */
    @Test
    void environmentsMayTakeTheirTimeToClose() throws IOException {
        String interpreter = Probe.interpreter(folder);
        Path saved = folder.resolve("saved");

        try (PythonWorker worker = PythonWorker.start(interpreter)) {
            Gymnasium.make(
                    worker,
                    "gymnasium:Probe-v0",
                    new TreeMap<>(Map.of("mode", "slow-close", "once", saved.toString())),
                    List.of(),
                    List.of(1),
                    Probe.hosting(interpreter, false, 0, 60));
        }

        assertThat(saved).exists();
    }
}
