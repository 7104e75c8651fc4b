package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
    @TempDir
    private Path work;

    @Test
    void aFolderForSparksBlocksThatCannotBeWrittenIsRefusedUnlessThereIsAnother() throws IOException {
        Path bad = Files.createFile(work.resolve("file")).resolve("blocks");
        SparkConf settings = new SparkConf(false).set("spark.local.dir", bad.toString());
        assertThatThrownBy(() -> Session.requireLocalFolder(settings))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("spark.local.dir: " + bad + " cannot be written by ");

        settings.set("spark.local.dir", bad + "," + work.resolve("new"));
        assertThatCode(() -> Session.requireLocalFolder(settings)).doesNotThrowAnyException();
    }

    @Test
    void whereContainersAreCountedTheirOverheadHasRoomForPythonUnlessSomebodyHasSetIt() {
        Configuration configuration = ConfigurationFile.parse(
                "test", "environment: {id: gymnasium:X}", List.of("a2c.shards=6", "evaluation.every-env-steps=0"));
        for (String master : List.of("yarn", "k8s://https://h:443")) {
            SparkConf settings = new SparkConf(false).setMaster(master).set("spark.executor.instances", "3");
            Session.makeRoomForPython(settings, configuration);
            assertThat(settings.get("spark.executor.memoryOverhead")).isEqualTo("584m");

            SparkConf evaluation = new SparkConf(false).setMaster(master).set("spark.executor.cores", "3");
            Session.makeRoomForEvaluation(evaluation, configuration);
            assertThat(evaluation.get("spark.executor.memoryOverhead")).isEqualTo("684m");
        }
        SparkConf older = new SparkConf(false)
                .setMaster("k8s://https://h:443")
                .set("spark.executor.memory", "4g")
                .set("spark.kubernetes.memoryOverheadFactor", "0.5");
        assertThat(ExecutorSettings.overheadMebibytes(older)).isEqualTo(2048);
        SparkConf set = new SparkConf(false).setMaster("yarn").set("spark.executor.memoryOverheadFactor", "0.5");
        SparkConf standalone = new SparkConf(false).setMaster("spark://h:7077");
        for (SparkConf settings : List.of(set, older, standalone)) {
            Session.makeRoomForPython(settings, configuration);
            assertThat(settings.contains("spark.executor.memoryOverhead")).isFalse();
        }
    }

    @Test
    void theFactorThatKubernetesClientHandsEveryDriverIsNotOneThatSomebodyHasSet() {
        Configuration configuration = ConfigurationFile.parse(
                "test", "environment: {id: gymnasium:X}", List.of("a2c.shards=6", "evaluation.every-env-steps=0"));
        SparkConf ofAll = new SparkConf(false)
                .setMaster("k8s://https://h:443")
                .set("spark.kubernetes.submitInDriver", "true")
                .set("spark.executor.instances", "3")
                .set("spark.kubernetes.memoryOverheadFactor", "0.1");
        SparkConf chosen = ofAll.clone().set("spark.kubernetes.memoryOverheadFactor", "0.2");
        SparkConf chosenInClientMode = ofAll.clone().set("spark.kubernetes.submitInDriver", "false");

        Session.makeRoomForPython(ofAll, configuration);
        assertThat(ofAll.get("spark.executor.memoryOverhead")).isEqualTo("584m");
        for (SparkConf settings : List.of(chosen, chosenInClientMode)) {
            Session.makeRoomForPython(settings, configuration);
            assertThat(settings.contains("spark.executor.memoryOverhead")).isFalse();
        }
    }

    @Test
    void aStartThatYarnHasDisturbedIsMadeAgainAndNoOther() {
        AtomicInteger starts = new AtomicInteger();
        assertThat(Session.startedAgain(() -> {
                    if (starts.incrementAndGet() < 3) {
                        throw new ConcurrentModificationException();
                    }
                    return "started";
                }))
                .isEqualTo("started");

        starts.set(0);
        assertThatThrownBy(() -> Session.startedAgain(() -> {
                    starts.incrementAndGet();
                    throw new IllegalStateException("no queue");
                }))
                .hasMessage("no queue");
        assertThat(starts).hasValue(1);
    }
}
