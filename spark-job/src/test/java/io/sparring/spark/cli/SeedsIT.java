package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sparring train --seeds}. */
class SeedsIT {
    private static final String TINY = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            optimizer: {kind: adam}
            budget: {env-steps: 1280}
            evaluation: {every-env-steps: 640, episodes: 2}
            """;

    @TempDir
    private Path work;

    @Test
    void eachSeedEndsWithTheBitsOfItsOwnTraining() throws IOException {
        String tiny = Files.writeString(work.resolve("tiny.yaml"), TINY).toString();
        String run = work.resolve("s").toString();

        Sparring.Outcome all =
                Sparring.here("train", tiny, "--seeds", "0,3-4", "--set", "a2c.gamma=0.9", "--run", run, "--json");
        Sparring.Outcome one = Sparring.here(
                "train",
                tiny,
                "--seed",
                "3",
                "--set",
                "a2c.gamma=0.9",
                "--run",
                work.resolve("one").toString(),
                "--json");

        assertThat(all.exit()).as(all.toString()).isZero();
        JsonNode json = all.json();
        assertThat(json.get("seeds").toString()).isEqualTo("[0,3,4]");
        assertThat(json.get("scores")).hasSize(3).allMatch(JsonNode::isNumber);
        assertThat(json.get("finished").asInt()).isEqualTo(3);
        assertThat(json.get("mean").isNumber()).isTrue();
        assertThat(all.stdout())
                .contains(
                        "3 seeds: 3 finished, 0 failed; scores are mean returns of 2 greedy episodes",
                        "of 3 scores: mean ");
        List<String> trials = Files.readAllLines(work.resolve("s/trials.csv"));
        assertThat(trials.get(2)).contains(one.json().get("params_sha256").asText());
    }

    @Test
    void aFolderOfSeedsIsGoneOnWithAsTheSweepThatItIs() throws IOException {
        String tiny = Files.writeString(work.resolve("tiny.yaml"), TINY).toString();
        String run = work.resolve("s").toString();
        Sparring.here("train", tiny, "--seeds", "0-1", "--run", run);

        assertThat(Sparring.here("train", tiny, "--run", run).complaints())
                .singleElement()
                .asString()
                .contains("there is a sweep in this folder", "sweep --resume " + run);
        assertThat(Sparring.here("train", "--resume", run).complaints())
                .singleElement()
                .asString()
                .contains("there is a sweep in this folder", "sweep --resume " + run);
        Sparring.Outcome resumed = Sparring.here("sweep", "--resume", run);
        assertThat(resumed.exit()).as(resumed.toString()).isZero();
        assertThat(resumed.stdout()).contains("2 seeds: 2 finished");
    }

    @Test
    void whereAllSeedsFailSoDoesTheCommand() throws IOException {
        String tiny = Files.writeString(work.resolve("tiny.yaml"), TINY).toString();
        String run = work.resolve("s").toString();

        Sparring.Outcome outcome = Sparring.here(
                "train", tiny, "--seeds", "0-1", "--set", "optimizer.learning-rate=3e38", "--run", run, "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.stdout()).contains("2 seeds: 0 finished, 2 failed").doesNotContain("sparring train ");
        assertThat(outcome.json().get("error").asText()).startsWith("all seeds have failed: the gradient of shard 0");
    }
}
