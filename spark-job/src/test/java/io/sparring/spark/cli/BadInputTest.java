package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is said about input before Spark starts. */
class BadInputTest {
    private static final String TINY = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 2, rollout-length: 8}
            budget: {env-steps: 640}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeConfigurations() throws IOException {
        Files.writeString(folder.resolve("tiny.yaml"), TINY);
        Files.writeString(folder.resolve("malformed.yaml"), "environment: {id: CartPole-v1\na2c: [\n");
        Files.writeString(folder.resolve("empty.yaml"), "");
        Files.writeString(folder.resolve("huge.yaml"), "#".repeat(2_000_000));
        Files.writeString(folder.resolve("list.yaml"), "- environment\n");
        Files.write(folder.resolve("bytes.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xff});
    }

    @AfterEach
    void noSparkWasStarted() {
        assertThat(SparkEnv.get()).isNull();
    }

    @Test
    void anArgumentThatTheLocaleCannotWriteIsOneLine() {
        // No character of any locale, as an ä is none of C's.
        Sparring.Outcome outcome = Sparring.here("train", "tiny.yaml", "--run", "L\ud800ufe");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .startsWith("sparring: L")
                .contains("ufe: this process's locale has no such characters (", "LC_ALL=C.UTF-8");
    }

    /** The line's expected parts after the command line's words; DIR stands for the folder. */
    static Stream<Arguments> badInput() {
        return Stream.of(
                arguments("train", List.of("expected a configuration")),
                arguments("train DIR/tinny.yaml", List.of("tinny.yaml", "no such file", "did you mean tiny.yaml?")),
                arguments("train DIR", List.of(": expected a file")),
                arguments("train DIR/tiny.yaml --run DIR/empty.yaml", List.of("empty.yaml: expected a folder")),
                arguments("train DIR/tiny.yaml --run DIR/empty.yaml/x", List.of("empty.yaml/x: expected a folder")),
                arguments("evaluate DIR/empty.yaml", List.of("empty.yaml: expected a folder, and this is a file")),
                arguments("train DIR/malformed.yaml", List.of("malformed.yaml:", "not YAML")),
                arguments("train DIR/empty.yaml", List.of("empty.yaml", "empty")),
                arguments("train DIR/list.yaml", List.of("list.yaml", "expected sections and keys")),
                arguments("train DIR/huge.yaml", List.of("huge.yaml", "at most 1048576 bytes, got 2000000")),
                arguments("train DIR/bytes.yaml", List.of("bytes.yaml", "cannot be read as text: expected UTF-8")),
                arguments(
                        "train DIR/tiny.yaml --set a2c.shard=2",
                        List.of("there is no key a2c.shard", "did you mean shards?")),
                arguments(
                        "train DIR/tiny.yaml --set environment.id=CartPole-v2",
                        List.of("environment.id", "CartPole-v2", "did you mean CartPole-v1?")),
                arguments(
                        "train DIR/tiny.yaml --set environment.options.choises=3",
                        List.of("environment.options.choises", "no such option", "did you mean choices?")),
                arguments(
                        "train DIR/tiny.yaml --set environment.options.choices=1",
                        List.of("environment.options.choices", "from 2 to 65536", "got 1")),
                arguments(
                        "bench DIR/tiny.yaml --set environment.options.choices=many",
                        List.of("environment.options.choices", "whole number", "many")),
                arguments(
                        "check DIR/tiny.yaml --set environment.options=4",
                        List.of("environment.options", "section with keys", "got 4")),
                arguments(
                        "train DIR/tiny.yaml --set network.noise=gsde",
                        List.of("network.noise: expected gaussian", "Identity-Discrete-v0", "got gsde")),
                arguments(
                        "check DIR/tiny.yaml --set network.noise=gsde",
                        List.of("network.noise: expected gaussian", "Identity-Discrete-v0", "got gsde")),
                arguments("train DIR/tiny.yaml --set a2c.shards=0", List.of("a2c.shards", "at least 1", "got 0")),
                arguments("train DIR/tiny.yaml --set a2c.shards=two", List.of("a2c.shards", "whole number", "two")),
                arguments(
                        "train DIR/tiny.yaml --set optimizer.learning-rate=NaN",
                        List.of("optimizer.learning-rate", "above 0", "NaN")),
                arguments("train DIR/tiny.yaml --set algorithm=a4c", List.of("algorithm", "[a2c, a3c, ppo]", "a4c")),
                arguments("train DIR/tiny.yaml --set a3c.workers=-3", List.of("a3c.workers", "or auto", "got -3")),
                arguments("train DIR/tiny.yaml --set a3c.merge=mean", List.of("a3c.merge", "average", "mean")),
                arguments(
                        "train DIR/tiny.yaml --set a3c.merge=gradients --set a3c.local-steps=2",
                        List.of("a3c.local-steps", "1 where merge is gradients", "got 2")),
                arguments(
                        "train DIR/tiny.yaml --set a3c.correction=vtrace",
                        List.of("a3c.correction", "[none, v-trace, damping]", "vtrace")),
                arguments(
                        "train DIR/tiny.yaml --set cluster.parameter-server-port=70000",
                        List.of("cluster.parameter-server-port", "70000")),
                arguments("train DIR/tiny.yaml --set a2c.gamma", List.of("--set a2c.gamma", "expected key=value")),
                arguments("train DIR/tiny.yaml --seed many", List.of("--seed", "many")),
                arguments("train DIR/tiny.yaml --seeds x", List.of("--seeds x: expected whole numbers and ranges")),
                arguments("train DIR/tiny.yaml --seeds 5-1", List.of("--seeds 5-1: expected the smaller one first")),
                arguments(
                        "train DIR/tiny.yaml --seeds 0-9999999", List.of("--seeds 0-9999999: expected at most 10,000")),
                arguments(
                        "train DIR/tiny.yaml --seeds 1,1",
                        List.of("--seeds 1,1: expected each seed once, got 1 again")),
                arguments("train --seeds 0-1", List.of("expected a configuration")),
                arguments(
                        "train DIR/tiny.yaml --seeds 0-1 --seed 3",
                        List.of("--seeds and --seed: expected one of them")),
                arguments(
                        "train --seeds 0-1 --resume DIR",
                        List.of("--seeds and --resume: a sweep of seeds goes on by", "sweep --resume ")),
                arguments(
                        "train DIR/tiny.yaml --seeds 0-1 --set algorithm=a3c --set a3c.in-turn=false --set a3c.workers=auto --run DIR/a3c",
                        List.of("a3c.in-turn: expected true", "no trials of a sweep")),
                arguments(
                        "train DIR/tiny.yaml --set algorithm=a3c --set a3c.in-turn=true --set a3c.workers=auto",
                        List.of("a3c.workers", "a number where in-turn is true", "got auto")),
                arguments(
                        "bench DIR/tiny.yaml --set algorithm=a3c --set a3c.in-turn=true",
                        List.of("a3c.in-turn: expected false")),
                arguments(
                        "train DIR/tiny.yaml --set budget.target-return=1 --set evaluation.every-env-steps=0",
                        List.of("budget.target-return", "evaluation.every-env-steps")),
                arguments(
                        "train DIR/tiny.yaml --set a2c.advantage=one-step --set a2c.gae-lambda=0.9",
                        List.of("a2c.gae-lambda", "advantage")),
                arguments(
                        "train DIR/tiny.yaml --run DIR/run --resume DIR/run",
                        List.of("--run", "--resume", "expected one of them")),
                arguments("train DIR/tiny.yaml --jsno", List.of("--jsno", "sparring train --help")),
                arguments("train DIR/tiny.yaml --run hdfs:x", List.of("'hdfs:x' is no folder's name")),
                arguments(
                        "train --resume DIR/run --init DIR/run", List.of("--init and --resume: expected one of them")),
                arguments(
                        "train DIR/tiny.yaml --seeds 0-1 --init DIR/run",
                        List.of("--init and --seeds: expected one of them")),
                arguments("pretrain DIR/tiny.yaml", List.of("--from")),
                arguments("pretrain --from DIR", List.of("expected a configuration")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR/steps*.parquet",
                        List.of("--from ", "/steps*.parquet: there is no such file or folder")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR/steps[1.parquet",
                        List.of(
                                "/steps[1.parquet: neither a file nor a pattern of names: ",
                                "Unclosed character class")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --max-bad-rows -1",
                        List.of("--max-bad-rows: expected a whole number of at least 0, got -1")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --columns act=a",
                        List.of("--columns: expected one of", "before =, got act")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --format parket",
                        List.of("--format: expected one of", "got parket", "did you mean parquet?")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --set network.memory=gru",
                        List.of("network.memory: expected none for pretrain, got gru")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --set network.layer-norm=true",
                        List.of("network.layer-norm: expected false for pretrain")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --set pretrain.held-out=1",
                        List.of("pretrain.held-out: expected a number from 0 to below 1, got 1")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR",
                        List.of("pretrain: DL4J's jar is not on the class path", "sparring-dl4j.jar")),
                arguments(
                        "train DIR/tiny.yaml --log-trajectories a:b",
                        List.of("--log-trajectories: 'a:b' is no folder's name")),
                arguments("train DIR/tiny.yaml --log-trajectories DIR/tiny.yaml/x", List.of("tiny.yaml")),
                arguments(
                        "train DIR/tiny.yaml --log-trajectories DIR/new --set algorithm=a3c --set a3c.rollout-length=2000000"
                                + " --set budget.env-steps=100000000",
                        List.of(
                                "a3c.rollout-length: expected with --log-trajectories what fits into a push of 64 MiB")),
                arguments(
                        "pretrain DIR/tiny.yaml --from DIR --set pretrain.workers=65",
                        List.of("pretrain.workers: expected at most pretrain.batch-size, which is 64")),
                arguments("train DIR/tiny.yaml --init DIR/none", List.of("/none: there is no such folder")),
                arguments("train DIR/tiny.yaml --init DIR", List.of("there is no whole checkpoint last")),
                arguments("train --resume DIR/run", List.of("--resume", "/run", "no such folder")),
                arguments("train --resume DIR", List.of("--resume", "no whole checkpoint")),
                arguments("trian", List.of("trian", "sparring --help")),
                arguments("evaluate", List.of("RUN", "sparring evaluate --help")),
                arguments("evaluate DIR/run", List.of("/run", "no such folder")),
                arguments("evaluate DIR", List.of("no whole checkpoint last")),
                arguments("evaluate DIR --checkpoint best", List.of("no whole checkpoint best")),
                arguments("evaluate DIR --episodes 0", List.of("--episodes", "at least 1", "got 0")),
                arguments("evaluate DIR --checkpoint first", List.of("--checkpoint", "best or last", "got first")),
                arguments("score DIR", List.of("--input", "--output", "sparring score --help")),
                arguments("score DIR/run --input a --output b", List.of("/run", "no such folder")),
                arguments("score DIR --input a --output b", List.of("no whole checkpoint last")),
                arguments(
                        "score DIR --input a --output b --format parkett",
                        List.of("--format: expected one of [parquet, csv, orc, json], got parkett", "parquet?")),
                arguments(
                        "score DIR --input a --output b --columns obs",
                        List.of("--columns: expected names of columns", "got obs")),
                arguments(
                        "score DIR --input a --output b --columns obserwation=obs",
                        List.of("--columns: expected one of", "got obserwation", "did you mean observation?")),
                arguments(
                        "score DIR --input a --output b --max-bad-rows -1",
                        List.of("--max-bad-rows", "at least 0", "got -1")),
                arguments("evaluate DIR --greedy --sample", List.of("--greedy", "--sample")),
                arguments("evaluate DIR --gif DIR/tiny.yaml", List.of("--gif", "tiny.yaml: expected a folder")),
                arguments("evaluate DIR --frames DIR/tiny.yaml", List.of("--frames", "tiny.yaml: expected a folder")),
                arguments("export", List.of("sparring export --help")),
                arguments("export DIR --format onnx", List.of("--output", "sparring export --help")),
                arguments(
                        "export DIR --format onxn --output DIR/x",
                        List.of("--format onxn: expected one of [onnx, ", "did you mean onnx?")),
                arguments("export DIR/run --format onnx --output DIR/x", List.of("/run", "no such folder")),
                arguments("export DIR --format onnx --output DIR/x", List.of("no whole checkpoint last")),
                arguments(
                        "export DIR --format onnx --output DIR/x --checkpoint first",
                        List.of("--checkpoint", "best or last", "got first")),
                arguments("envs --python DIR/python", List.of("--python", "no Python interpreter", "/python here")),
                arguments("envs --modules ale_py", List.of("--modules", "expected --python")),
                arguments("inspect DIR/run", List.of("/run", "no such folder")),
                arguments("inspect DIR", List.of("no run in this folder")),
                arguments("report DIR", List.of("no run in this folder")),
                arguments("check DIR/tiny.yaml --set a2c.shards=0", List.of("a2c.shards", "at least 1", "got 0")));
    }

    @ParameterizedTest
    @MethodSource("badInput")
    void badInputIsExitCode2AndOneLineThatNamesIt(String words, List<String> parts) throws IOException {
        List<Path> before = files();

        Sparring.Outcome outcome =
                Sparring.here(words.replace("DIR", folder.toString()).split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.stdout()).isEmpty();
        assertThat(outcome.complaints()).hasSize(1).first().asString().startsWith("sparring: ");
        assertThat(outcome.stderr()).contains(parts);
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train DIR/tinny.yaml --json",
                "evaluate DIR --json",
                "inspect DIR --json",
                "bench DIR/malformed.yaml --json",
                "doctor DIR/list.yaml --json",
                // Words of which no command comes.
                "train --json --no-such-option",
                "--json"
            })
    void withJsonTheLastLineOfBadInputIsAnObjectWithTheErrorAndTheExitCode(String words) throws IOException {
        Sparring.Outcome outcome =
                Sparring.here(words.replace("DIR", folder.toString()).split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.stdout().lines()).hasSize(1);
        assertThat(outcome.json().get("exit").asInt()).isEqualTo(2);
        assertThat(outcome.complaints())
                .containsExactly("sparring: " + outcome.json().get("error").asText());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a2c.shards | 2 | 3",
                "network.hidden | [8] | [8, 8]",
                "normalize.observations | false | true",
                "normalize.rewards | false | true",
                "seed | 0 | 7",
                "environment.id | Identity-Discrete-v0 | CartPole-v1",
                "environment.options.choices | 4 | 5"
            })
    void aRunDoesNotGoOnAsAnotherOne(String key, String saved, String other) throws IOException {
        Path run = checkpoints();

        Sparring.Outcome outcome = Sparring.here("train", "--resume", run.toString(), "--set", key + "=" + other);

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains(key + " is " + saved + " in the checkpoint and " + other + " in the configuration");
        assertThat(run.resolve("lock")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "network.hidden=[8, 8] | network.hidden is [8] there and [8, 8] in the configuration",
                "network.kind=shared | network.kind is separate there and shared in the configuration",
                "normalize.observations=true | normalize.observations is false there and true in the configuration",
                "environment.id=CartPole-v1 | environment.id: Identity-Discrete-v0 there observes [4] float32, acts in Discrete[n=4], and CartPole-v1 observes [4] float32, acts in Discrete[n=2]",
            })
    void aRunDoesNotBeginWithAModelThatMeansSomethingElse(String key, String complaint) throws IOException {
        Path other = checkpoints();
        Path run = folder.resolve("begun");

        Sparring.Outcome outcome = Sparring.here(
                "train",
                folder.resolve("tiny.yaml").toString(),
                "--init",
                other.toString(),
                "--run",
                run.toString(),
                "--set",
                key);

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains("--init " + other + ": " + complaint);
        assertThat(run).doesNotExist();
    }

    @Test
    void aRunThatWasTrainedStaysWhatItIsWhereItIsPlayedWithAnotherPython() throws IOException {
        Path run = checkpoints();

        Sparring.Outcome outcome = Sparring.here(
                "evaluate", run.toString(), "--set", "environment.python=/there", "--set", "a2c.gamma=0.5");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains("--set a2c.gamma=0.5: expected one of [environment.half-blocks", "environment.python");
    }

    @Test
    void aRunOfAnEnvironmentThatIsNotHereIsReportedAndInspectedButNotPlayed() throws IOException {
        Path run = checkpoints("Elsewhere-v0");
        for (boolean described : new boolean[] {true, false}) {
            if (!described) {
                Files.delete(run.resolve("environment.json"));
            }
            Sparring.Outcome inspected = Sparring.here("inspect", run.toString());
            Sparring.Outcome reported = Sparring.here("report", run.toString());
            Sparring.Outcome played = Sparring.here("evaluate", run.toString(), "--checkpoint", "last");
            Sparring.Outcome resumed = Sparring.here("train", "--resume", run.toString());

            assertThat(inspected.exit()).as(inspected.toString()).isZero();
            assertThat(inspected.stdout().contains("{choices=4, max-episode-steps=100}: observes [4] float32"))
                    .isEqualTo(described);
            assertThat(reported.exit()).as(reported.toString()).isZero();
            assertThat(Files.readString(run.resolve("report.html"))).contains("Elsewhere-v0");
            for (Sparring.Outcome outcome : List.of(played, resumed)) {
                assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
                assertThat(outcome.complaints())
                        .singleElement()
                        .asString()
                        .contains(run.toString(), "Elsewhere-v0", "--jars");
            }
            assertThat(run.resolve("lock")).doesNotExist();
        }
    }

    /** Its environment need not be here. */
    @Test
    void aPolicyIsExportedWholeOrNotAtAllAndReplacesNothingUnasked() throws IOException {
        Path run = checkpoints("Elsewhere-v0");
        Path file = folder.resolve("made/policy.onnx");
        String words = "export " + run + " --format ONNX --json --output ";

        Sparring.Outcome exported = Sparring.here((words + file).split(" "));
        byte[] content = Files.readAllBytes(file);
        Sparring.Outcome again = Sparring.here((words + file).split(" "));
        Sparring.Outcome replaced = Sparring.here((words + file + " --overwrite").split(" "));
        Sparring.Outcome inAFolder = Sparring.here((words + folder + " --overwrite").split(" "));
        Sparring.Outcome inAFile = Sparring.here((words + folder + "/tiny.yaml/policy.onnx").split(" "));

        assertThat(exported.exit()).as(exported.toString()).isZero();
        assertThat(exported.stdout()).startsWith(file + ": last of round 0 as onnx, ");
        assertThat(exported.json().get("bytes").asInt()).isEqualTo(content.length);
        assertThat(replaced.exit()).as(replaced.toString()).isZero();
        assertThat(file).hasBinaryContent(content);
        assertThat(file.getParent()).isDirectoryContaining(file::equals).isDirectoryNotContaining("glob:**.tmp");
        Sparring.Outcome withoutItsJar =
                Sparring.here("export", run.toString(), "--format", "dl4j", "--output", folder + "/none.zip");

        assertThat(withoutItsJar.complaints())
                .singleElement()
                .asString()
                .startsWith("sparring: --format dl4j: its jar is not on the class path (sparring-dl4j.jar");
        assertThat(folder.resolve("none.zip")).doesNotExist();
        for (Sparring.Outcome refused : List.of(again, inAFolder, inAFile, withoutItsJar)) {
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(2);
        }
        assertThat(again.complaints())
                .containsExactly("sparring: --output " + file + " is there already; --overwrite replaces it");
        assertThat(inAFolder.complaints())
                .containsExactly("sparring: --output " + folder + ": expected a file, and this is a folder");
        assertThat(inAFile.complaints())
                .singleElement()
                .asString()
                .contains("--output ", "tiny.yaml: expected a folder, and this is a file");
    }

    @Test
    void aDamagedDescriptionOfTheEnvironmentIsNamedAndHidesNothing() throws IOException {
        Path run = checkpoints();
        Files.writeString(run.resolve("environment.json"), "{");

        Sparring.Outcome outcome = Sparring.here("inspect", run.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.complaints()).singleElement().asString().contains(run + "/environment.json is not used: ");
    }

    @Test
    void aTruncatedAndAnAlteredCheckpointAreNamedAndTheOneBeforeIsUsed() throws IOException {
        Path run = checkpoints();
        Path last = run.resolve("checkpoints/last");
        byte[] whole = Files.readAllBytes(last);
        byte[] altered = whole.clone();
        altered[altered.length / 2] ^= 1;

        for (byte[] damaged : List.of(altered, Arrays.copyOf(whole, whole.length - 1), new byte[0])) {
            Files.write(last, damaged);
            Sparring.Outcome outcome = Sparring.here("inspect", run.toString(), "--json");

            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.complaints()).singleElement().asString().contains(last + " is not used: ");
            assertThat(outcome.json().get("rounds").asLong()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --resume",
                "inspect",
                "report",
                "evaluate --checkpoint last",
                "export --format onnx --output /none --checkpoint last"
            })
    void aCheckpointOfANewerBuildIsRefusedByNameAndTheOneBeforeIsNotUsed(String words) throws IOException {
        Path run = checkpoints();
        Path last = run.resolve("checkpoints/last");
        byte[] bytes = Files.readAllBytes(last);
        bytes[11] = 99;
        Files.write(last, bytes);

        Sparring.Outcome outcome = Sparring.here((words + " " + run).split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains(last + ": its format is version " + bytes[11] + ", and this build reads versions 1 to");
    }

    /** It holds what acting needs and no more. */
    @Test
    void aCopyOfBestIsNothingToGoOnFrom() throws IOException {
        Path run = checkpoints();
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of());
        try (RunFolder writer = RunFolder.at(run.toString(), Session.hadoop(Session.settings()))) {
            // Asynchronous workers make their own shards: this state has none.
            RunFolders.writeCheckpoint(
                    writer,
                    "last",
                    configuration,
                    TrainingState.first(
                            ConfigurationFile.parse("tiny", TINY, List.of("algorithm=a3c")),
                            configuration.environment().resolve()));
        }

        Sparring.Outcome outcome = Sparring.here("train", "--resume", run.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains("has no environments to go on with");
    }

    @Test
    void theExtremesOfANormaliserAreInspected() throws IOException {
        Path run = checkpoints();
        String normalize = "normalize={observations: true, rewards: true}";
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of(normalize));
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        Normalizer seen = new Normalizer(
                new RunningMoments(1000, new double[4], new double[] {1e3, 9e3, 1e11, 4e3}),
                new RunningMoments(1000, new double[1], new double[] {2.5e5}));
        try (RunFolder writer = RunFolder.at(run.toString(), Session.hadoop(Session.settings()))) {
            RunFolders.writeCheckpoint(
                    writer,
                    "last",
                    configuration,
                    new TrainingState(
                            first.counters(), first.model().with(seen), new float[0], List.of(), first.shards()));
        }

        Sparring.Outcome inspected = Sparring.here("inspect", run.toString());

        assertThat(inspected.exit()).as(inspected.toString()).isZero();
        assertThat(inspected.stdout())
                .contains(
                        "normaliser: 1,000 observations; σ from 1.00 (number 0) to 1.00e+04 (number 2 of 4, counted from 0)",
                        "normaliser: rewards are divided by 15.8, the σ of the discounted returns of 1,000 steps");
    }

    @Test
    void aRunIsReportedAndInspectedBeforeItsFirstCheckpoint() throws IOException {
        Path run = checkpoints();
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of("seed=77"));
        Files.writeString(run.resolve("configuration.yaml"), ConfigurationFile.write(configuration));
        for (String name : List.of("last", "last.previous")) {
            Files.delete(run.resolve("checkpoints").resolve(name));
        }

        Sparring.Outcome inspected = Sparring.here("inspect", run.toString());
        Sparring.Outcome reported = Sparring.here("report", run.toString());
        Sparring.Outcome again = Sparring.here("train", folder + "/tiny.yaml", "--run", run.toString());

        assertThat(inspected.exit()).as(inspected.toString()).isZero();
        assertThat(inspected.stdout())
                .startsWith("Killed, or still running: there is no checkpoint yet.")
                .contains("seed: 77");
        assertThat(reported.exit()).as(reported.toString()).isZero();
        assertThat(run.resolve("report.html")).content().contains("there is no checkpoint yet");
        assertThat(again.exit()).as(again.toString()).isEqualTo(2);
        assertThat(again.complaints()).singleElement().asString().contains("no whole checkpoint to go on from");
    }

    @Test
    void aDamagedBestCheckpointIsNamedAndHidesNothingElse() throws IOException {
        Path run = checkpoints();
        for (String name : List.of("best", "best.previous")) {
            Files.write(run.resolve("checkpoints").resolve(name), new byte[100]);
        }

        Sparring.Outcome outcome = Sparring.here("inspect", run.toString(), "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.complaints()).hasSize(2).allMatch(line -> line.contains("checkpoints/best"));
        assertThat(outcome.json().get("params_sha256").asText()).hasSize(64);
        assertThat(outcome.json().get("best_params_sha256").isNull()).isTrue();
    }

    @Test
    void anUnknownHostIsNamed() throws IOException {
        Sparring.Outcome outcome = Sparring.here(
                "train", folder.resolve("tiny.yaml").toString(), "--run", "hdfs://no-such-host.invalid/run", "--json");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.json().get("exit").asInt()).isEqualTo(1);
        assertThat(outcome.json().get("error").asText()).contains("unknown host");
        assertThat(outcome.complaints()).singleElement().asString().contains("unknown host no-such-host.invalid");
    }

    @Test
    void aFileSystemThatIsNotHereIsNamed() {
        Sparring.Outcome outcome =
                Sparring.here("train", folder.resolve("tiny.yaml").toString(), "--run", "s3a://bucket/run");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains("s3a://bucket/run: its file system's class is not here: ", "S3AFileSystem");
    }

    @Test
    void withoutAnyWholeCheckpointARunDoesNotGoOn() throws IOException {
        Path run = checkpoints();
        for (String name : List.of("last", "last.previous")) {
            Files.write(run.resolve("checkpoints").resolve(name), new byte[100]);
        }

        Sparring.Outcome outcome = Sparring.here("train", "--resume", run.toString());

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.complaints()).hasSize(3);
        assertThat(outcome.complaints().get(0)).contains("checkpoints/last is not used");
        assertThat(outcome.complaints().get(1)).contains("checkpoints/last.previous is not used");
        assertThat(outcome.complaints().get(2)).contains("--resume " + run, "no whole checkpoint");
        assertThat(run.resolve("lock")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "train ", "evaluate ", "export ", "inspect ", "report ", "bench ", "envs ", "check "})
    void everyCommandExplainsItself(String command) {
        Sparring.Outcome outcome = Sparring.here((command + "--help").split(" "));

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.stdout()).contains("Usage: sparring " + command.trim());
        assertThat(outcome.stderr()).isEmpty();
    }

    @Test
    void envsListsEveryEnvironmentWithItsSpacesAndOptionsThenTheWrappers() {
        Sparring.Outcome outcome = Sparring.here("envs");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.stdout().lines())
                .hasSize(17 + 31 + 6 + 5)
                .anyMatch(line -> line.startsWith("frame-stack ") && line.contains("wrapper: Shows the last"))
                .anyMatch(line -> line.startsWith("  frames ") && line.contains("a whole number from 1 to 1024. How"))
                .anyMatch(line -> line.startsWith("CartPole-v1 ") && line.contains("Discrete[n=2]"))
                .anyMatch(line -> line.startsWith("Identity-Box-v0 ") && line.contains("Box("))
                .anyMatch(line -> line.startsWith("Identity-MultiDiscrete-v0 ")
                        && line.contains("MultiDiscrete[sizes=[2, 3, 4]]"))
                .anyMatch(line -> line.startsWith("Identity-MultiBinary-v0 ") && line.contains("MultiBinary[n=4]"))
                .anyMatch(line -> line.startsWith("  choices ") && line.contains("from 2 to 65536 (default: 4)."));
    }

    @Test
    void whatCheckPrintsIsAConfigurationOfItsOwn() throws IOException {
        Sparring.Outcome outcome =
                Sparring.here("check", folder.resolve("tiny.yaml").toString(), "--set", "a2c.gamma=0.5", "--seed", "9");

        Configuration printed = ConfigurationFile.parse("printed", outcome.stdout(), List.of());
        assertThat(printed).isEqualTo(ConfigurationFile.parse("tiny", TINY, List.of("a2c.gamma=0.5", "seed=9")));
    }

    private Path checkpoints() throws IOException {
        return checkpoints("Identity-Discrete-v0");
    }

    /** The folder of a run of the identity task by this name, with last and last.previous. */
    private Path checkpoints(String id) throws IOException {
        Path run = folder.resolve("run");
        EnvironmentSpec real =
                Environments.resolve("Identity-Discrete-v0", Map.of()).spec();
        EnvironmentSpec spec = new EnvironmentSpec(
                id,
                real.options(),
                real.observationSpace(),
                real.actionSpace(),
                real.stepLimit(),
                real.rewardThreshold(),
                real.recovery());
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of("environment.id=" + id));
        TrainingState first = TrainingState.first(configuration, Environments.of(real));
        try (RunFolder writer = RunFolder.at(run.toString(), Session.hadoop(Session.settings()))) {
            RunFolders.writeCheckpoint(writer, "last", configuration, first);
            RunFolders.writeCheckpoint(writer, "last", configuration, first);
            writer.write(EnvironmentFile.NAME, EnvironmentFile.write(spec));
        }
        return run;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void checkEnvPlaysAnEnvironmentByItsName() {
        Sparring.Outcome outcome = Sparring.here("check-env", "Identity-Masked-v0");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stdout().lines())
                .hasSize(3)
                .anyMatch(line ->
                        line.startsWith("Identity-Masked-v0 observes [16] float32, acts in Discrete[n=16], masked"))
                .anyMatch(line -> line.startsWith("ok "))
                .anyMatch(line -> line.matches(" +a step of 8 copies takes [0-9.]+ ms"));
    }

    /** What a client sends for a driver elsewhere. */
    private static ClusterCommand.Travel travel(String... words) throws IOException {
        CommandLine command = new CommandLine(new Main())
                .parseArgs(words)
                .subcommand()
                .commandSpec()
                .commandLine();
        return ((ClusterCommand) command.getCommand()).travel(new org.apache.hadoop.conf.Configuration());
    }

    @Test
    void theClientOfARunWhoseDriverIsElsewhereAsksNoPython() throws IOException {
        ClusterCommand.Travel travel = travel(
                "train",
                folder.resolve("tiny.yaml").toString(),
                "--run",
                folder.resolve("run").toUri().toString(),
                "--set",
                "environment.id=gymnasium:X-v0",
                "--set",
                "environment.python=/no/python");

        assertThat(travel.arguments()).contains("environment.id=gymnasium:X-v0", "environment.python=/no/python");
    }

    @Test
    void aDryRunIsNotSentToACluster() {
        assertThatThrownBy(() -> travel("sweep", "any.yaml", "--run", "hdfs:/runs/s", "--dry-run"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("--dry-run: expected --deploy-mode client");
    }

    /** Of environments in Python options have no defaults here: each counts. */
    @Test
    void aRunInPythonGoesOnWithTheOptionsThatItBeganWith() throws IOException {
        Path run = checkpoints("gymnasium:X-v0");

        Sparring.Outcome outcome =
                Sparring.here("train", "--resume", run.toString(), "--set", "environment.options={gravity: -2.5}");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains("environment.options is {} in the checkpoint and {gravity=-2.5} in the configuration");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check-env | expected an environment or a configuration, as in sparring check-env CartPole-v1",
                "check-env CartPol-v1 | CartPol-v1: environment.id: expected one of",
                "check-env none.yaml | none.yaml: there is no such file",
                "check-env gymnasium:CartPole-v1 --set environment.python=/no/python | gymnasium:CartPole-v1 with --set environment.python=/no/python: environment: there is no Python interpreter /no/python here; name one by --set environment.python=PATH, or where that is empty by PYSPARK_PYTHON",
                "check-env CartPole-v1 --set environment.wrappers=[TimeLimit] | CartPole-v1 with --set environment.wrappers=[TimeLimit]: environment.wrappers: there is no wrapper TimeLimit (did you mean time-limit?)",
                "check-env gymnasium:X --set environment.step-seconds=0 | gymnasium:X with --set environment.step-seconds=0: environment.step-seconds: expected a number from"
            })
    void anEnvironmentThatCannotBeMadeIsOneLineBeforeAnythingStarts(String words, String complaint) {
        Sparring.Outcome outcome = Sparring.here(words.split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().startsWith("sparring: " + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "space: {a2c.gama: {choice: [0.9]}} | space: the configuration has no key a2c.gama (did you mean a2c.gamma?)",
                "space: {a2c.gamma: {uniform: [0.9, 0.9]}} | space.a2c.gamma.uniform: expected [smallest, largest], the smallest below the largest, got [0.9, 0.9]",
                "spice: {} | there is no key spice (did you mean space?)",
                "space: {a2c.gamma: {uniform: [0.9, 0.99]}} | trials: expected how many there are to be",
                "{space: {seed: {grid: [0]}}, trials: 0} | trials: expected a whole number from 1 to",
                "{space: {seed: {grid: [0]}}, sampler: sobel} | sampler: expected one of",
                "{space: {seed: {grid: [0]}}, scheduler: ash} | scheduler.kind: expected one of",
                "{space: {seed: {grid: [0]}}, scheduler: {kind: asha, eta: 1}} | scheduler.eta: expected",
                "{space: {seed: {grid: [0]}}, metric: reward} | metric: expected training or evaluation, got reward",
                "{space: {seed: {grid: [0]}}, confirm: {point: 3}} | confirm: there is no key point; known here: points, seeds",
                "{space: {seed: {grid: [0]}}, trial-seconds: -1} | trial-seconds: expected a number of seconds",
                "{space: {seed: {grid: [0]}}, cores-per-trial: 0} | cores-per-trial: expected a whole number from 1 to",
                "{space: {seed: {grid: [0]}}, cores-per-trial: 1000} | cores-per-trial: expected at most",
                "{space: {seed: {grid: [0]}}, overrides: {algorithm: a3c, a3c.in-turn: false}} | a3c.in-turn: expected true",
                "{space: {seed: {grid: [0]}}, overrides: {a2c.gama: 1}} | there is no key a2c.gama (did you mean gamma?)",
            })
    void aSweepThatCannotBeRunIsOneLineBeforeAnythingStarts(String sweep, String complaint) throws IOException {
        Path base = Files.writeString(folder.resolve("base.yaml"), "environment: {id: CartPole-v1}");
        Path file = Files.writeString(
                folder.resolve("sweep.yaml"),
                sweep.startsWith("{") ? "{base: " + base + ", " + sweep.substring(1) : "base: " + base + "\n" + sweep);

        Sparring.Outcome outcome = Sparring.here(
                "sweep", file.toString(), "--run", folder.resolve("run").toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains(complaint);
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void aSweepOfTooManyPointsIsRefusedWithTheirNumber() throws IOException {
        String values = IntStream.range(0, 1000).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        Path file = Files.writeString(
                folder.resolve("sweep.yaml"),
                "base: {environment: {id: CartPole-v1}}\nspace: {a2c.rollout-length: {grid: [" + values
                        + "]}, environment.copies-per-shard: {grid: [" + values
                        + "]}, a2c.shards: {grid: [" + values + "]}}");

        Sparring.Outcome outcome = Sparring.here("sweep", file.toString(), "--dry-run");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains("its grid has 1,000,000,000 points");
    }

    @Test
    void sweepsAskForWhatTheyNeed() {
        assertThat(Sparring.here("sweep").complaints())
                .singleElement()
                .asString()
                .contains("expected a sweep");
        assertThat(Sparring.here("sweep", "none.yaml").complaints())
                .singleElement()
                .asString()
                .contains("none.yaml: there is no such file");
        assertThat(Sparring.here("sweep", "--resume", folder.toString()).complaints())
                .singleElement()
                .asString()
                .contains("there is no sweep in this folder");
        assertThat(Sparring.here("sweep", "--resume", folder.toString(), "--set", "a2c.gamma=0.9")
                        .complaints())
                .singleElement()
                .asString()
                .startsWith("sparring: --set a2c.gamma=0.9 and --resume")
                .contains(
                        "expected one of trials, max-concurrent, cores-per-trial, trial-seconds, confirm.points, confirm.seeds",
                        "what was trained before would be another sweep's");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--set trial-seconds=soon | trial-seconds: expected a number of seconds, 0 for no limit, got soon",
                "--set max-concurrent=-1 | max-concurrent: expected a whole number from 0 to 100000, got -1",
                "--set cores-per-trail=2 | --set cores-per-trail=2: there is no key cores-per-trail (did you mean cores-per-trial?)",
                "--set confirm.seeds=0 | confirm: seeds: expected a whole number from 1 to 10000, got 0",
                "--trials 2 --set trials=3 | --trials and --set trials=3: expected one of them",
                "--set trial-second=3 | there is no key trial-second",
            })
    void aSweepsOwnKeysAreReadAsInItsFile(String words, String complaint) throws IOException {
        Path file = Files.writeString(
                folder.resolve("sweep.yaml"), "{base: {environment: {id: CartPole-v1}}, space: {seed: {grid: [0]}}}");

        Sparring.Outcome outcome = Sparring.here(
                Stream.concat(Stream.of("sweep", file.toString(), "--dry-run"), Stream.of(words.split(" ")))
                        .toArray(String[]::new));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().contains(complaint);
    }
}
