package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.cli.Sparring;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.cluster.PyPi;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The promise of {@link SameBitsIT} for environments in Python processes: whichever of them dies. */
class GymnasiumIT {
    private static final String ENVIRONMENT = "environment.id=gymnasium:CartPole-v1";

    private static String[] configuration;
    private static String expected;

    @BeforeAll
    static void gymnasium() throws IOException {
        String python = PyPi.install("gymnasium", "gymnasium==1.4.0") + "/bin/python";
        configuration = new String[] {ENVIRONMENT, "environment.python=" + python, "a2c.shards=3"};
        expected = SameBitsIT.plainJava(configuration);
    }

    /** Tasks on executors that end take theirs with them. */
    @AfterEach
    void noPythonIsLeft() throws Exception {
        Sparring.eventually(
                "no Python process", Duration.ofSeconds(20), () -> pythons().isEmpty());
    }

    private static List<ProcessHandle> pythons() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").matches(".*/python[0-9.]*"))
                .toList();
    }

    private static String train(String master, Consumer<Long> eachRound) {
        return SameBitsIT.onSpark(SameBitsIT.settings(master), null, eachRound, configuration)
                .sha256();
    }

    @Test
    void aShardKeepsItsEpisodesWhoeverComputesIt() {
        assertThat(train("local[1]", round -> {})).isEqualTo(expected);
        assertThat(train("local[2]", round -> {})).isEqualTo(expected);
    }

    @Test
    void pythonProcessesThatAreKilledInTheMiddleOfEpisodesChangeNoBit() {
        assertThat(train("local[2]", round -> {
                    if (round % 4 == 2) {
                        pythons().forEach(ProcessHandle::destroyForcibly);
                    }
                }))
                .isEqualTo(expected);
    }

    @Test
    void aKilledExecutorLeavesNoPythonProcessAndChangesNoBit() {
        assertThat(train("local-cluster[2,1,1024]", round -> {
                    if (round == 6) {
                        ProcessHandle executor = ExecutorProcesses.started().get(0);
                        assertThat(executor.descendants()).isNotEmpty();
                        executor.destroyForcibly();
                    }
                }))
                .isEqualTo(expected);
    }
}
