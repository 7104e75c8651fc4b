package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.collection.JavaConverters;

/** What {@code submit/sparring} itself refuses, before there is a JVM, and what words it starts one with. */
class ScriptIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trian tiny.yaml | there is no command trian; known: train ",
                "--queue train tiny.yaml | there is no command tiny.yaml; known: train ",
                "--queue | --queue: expected a value",
                "--conf spark.app.name train | --conf spark.app.name: expected key=value",
                "--jars /,no.jar,hdfs:/x.jar train | --jars no.jar: there is no such file",
                "--properties-file no.conf train | --properties-file no.conf: there is no such file",
                "--master spark://127.0.0.1:1 train tiny.yaml | --master spark://127.0.0.1:1: expected local",
                "--driver-java-options -Dx=\"a envs | spark.driver.extraJavaOptions=--add-modules=jdk.incubator.vector -Dx=\"a: expected quotes in pairs",
                "--conf spark.driver.extraJavaOptions=a\\ envs | spark.driver.extraJavaOptions=--add-modules=jdk.incubator.vector a\\: expected quotes in pairs"
            })
    void theScriptRefusesWhatItCannotHandOn(String words, String complaint) throws IOException, InterruptedException {
        Sparring.Outcome outcome = Sparring.run(folder, words.split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().startsWith("sparring: " + complaint.trim());
    }

    @Test
    void withoutAFolderForTemporaryFilesNothingIsTrained() throws IOException, InterruptedException {
        String missing = folder.resolve("missing").toString();
        try (Sparring sparring = Sparring.start(folder, Map.of("TMPDIR", missing), "train", "tiny.yaml")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .containsExactly("sparring: " + missing + " cannot be written by "
                            + System.getProperty("user.name")
                            + ", and temporary files go there; name another folder by TMPDIR");
        }
    }

    @Test
    void withJsonARefusalIsAnObjectToo() throws IOException, InterruptedException {
        Sparring.Outcome outcome = Sparring.run(folder, "--master", "a\\\"b", "train", "tiny.yaml", "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.json().get("exit").asInt()).isEqualTo(2);
        assertThat(outcome.complaints())
                .containsExactly("sparring: " + outcome.json().get("error").asText());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25.0.3    | 3.5.9 | Java 25.0.3 (JAVA): Spark 3.5.9 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "25.0.3    | 3.5.0-amzn-1 | Java 25.0.3 (JAVA): Spark 3.5.0 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "24-ea     |       | Java 24-ea (JAVA): Spark 3.5 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "1.8.0_402 | 3.5.5 | Java 1.8.0_402 (JAVA): Spark 3.5.5 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "25        | 4.1.4 | Java 25 (JAVA): Spark 4.1.4 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "16.0.2    | 4.2.0 | Java 16.0.2 (JAVA): Spark 4.2.0 runs on Java 17 and later; set JAVA_HOME to one of these",
                "17.0.15   | 3.4.4 | SPARK_HOME=SPARK has Spark 3.4.4: expected 3.5 or 4"
            })
    void aJavaOrASparkThatDoesNotFitIsOneLine(String java, String spark, String complaint) throws Exception {
        Path javaHome = Files.createDirectories(folder.resolve("java"));
        executable(javaHome.resolve("bin/java"), "exit 70");
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"" + java + "\"\n");
        Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", javaHome.toString()));
        Path sparkHome = folder.resolve("spark");
        if (spark != null) {
            executable(sparkHome.resolve("bin/spark-submit"), "exit 70");
            Files.createDirectories(sparkHome.resolve("jars"));
            Files.createFile(sparkHome.resolve("jars/spark-core_2.13-" + spark + ".jar"));
            environment.put("SPARK_HOME", sparkHome.toString());
        }
        try (Sparring sparring = Sparring.start(folder, environment, "--version")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .containsExactly("sparring: "
                            + complaint.replace("JAVA)", javaHome + ")").replace("=SPARK ", "=" + sparkHome + " "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a!/b"})
    void aTreeThatAClassPathCannotNameIsOneLine(String name) throws Exception {
        Path tree = folder.resolve(name);
        try (Sparring sparring = Sparring.start(Sparring.elsewhere(tree), folder, Map.of(), "envs")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("sparring: " + tree + ": Java finds no classes there; expected a path without : and");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Dx=\"a b\" -Dy=1",
                "'-Dx=a \"b\\'\t\\-Dy=\\\"\\ c",
                "-Dx=\"a 'b' \\\"c\\\" \\d\"\n-D'y'=''  ",
                "-Dx=$(id)*`id` \"\" -Dy=ü"
            })
    void theDriversOptionsAreSplitAsSparkSplitsThem(String options) throws Exception {
        Path script = Sparring.elsewhere(folder.resolve("tree"));
        List<String> words = words(script, echo("JAVA_HOME", "bin/java"), "--driver-java-options", options, "envs");

        Method parser = Class.forName("org.apache.spark.launcher.CommandBuilderUtils")
                .getDeclaredMethod("parseOptionString", String.class);
        parser.setAccessible(true);
        List<String> expected = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector"));
        ((List<?>) parser.invoke(null, options)).forEach(word -> expected.add((String) word));
        assertThat(words).containsSequence(expected);
    }

    @Test
    void withoutSparkHomeTheDriversOptionsAreThoseOfSparksLauncher() throws Exception {
        Map<String, String> environment = new HashMap<>(echo("JAVA_HOME", "bin/java"));
        environment.putAll(Map.of(
                "SPARK_CONF_DIR", "conf of Spark",
                "HADOOP_CONF_DIR", "conf of Hadoop",
                "SPARK_SUBMIT_OPTS", "-Dx=1",
                "LD_LIBRARY_PATH", "before"));
        Files.writeString(folder.resolve("properties"), """
                spark.driver.defaultJavaOptions  -Dx=2
                spark.driver.extraJavaOptions    -Dx=3 -XX:+UseSerialGC
                spark.driver.extraClassPath      a b.jar
                spark.driver.extraLibraryPath    a b
                spark.driver.memory              3g
                spark.executor.extraClassPath    c.jar
                """);

        Path tree = folder.resolve("tree");
        Path script = Sparring.elsewhere(tree);
        archiveOfExecutors(tree);

        List<String> words = words(
                script, environment, "--properties-file", "properties", "--master", "local-cluster[1,1,1024]", "envs");

        assertThat(words)
                .contains("LD_LIBRARY_PATH=a b:before", "-Xmx3g")
                .containsSubsequence("-Dx=1", "-Dx=2", "-Dx=3", "-XX:+UseSerialGC")
                .doesNotContain("-XX:+UseParallelGC");
        assertThat(words.get(words.lastIndexOf("-cp") + 1).split(":"))
                .startsWith(
                        "a b.jar",
                        tree.resolve("spark-job/target/sparring-app.jar").toString())
                .endsWith("conf of Spark", "conf of Hadoop");
        assertThat(value("spark.executor.extraClassPath=", words)).endsWith("sparring-app.jar:c.jar");
    }

    @Test
    void aTreesPathStaysOneWordOfTheJvm() throws Exception {
        Path tree = folder.resolve(Sparring.ODD_NAME);
        Path script = Sparring.elsewhere(tree);
        Path jar = tree.resolve("spark-job/target/sparring-app.jar");
        Path archive = archiveOfExecutors(tree);

        List<String> words =
                words(script, echo("JAVA_HOME", "bin/java"), "--master", "local-cluster[1,1,1024]", "envs");

        assertThat(words.get(words.indexOf("-cp") + 1)).startsWith(jar + ":");
        assertThat(words).contains("spark.executor.extraClassPath=" + jar);
        assertThat(file(value("-Dlog4j2.configurationFile=", words))).isEqualTo(tree.resolve("conf/log4j2.properties"));
        List<String> executors = JavaConverters.seqAsJavaList(
                Utils.splitCommandString(value("spark.executor.extraJavaOptions=", words)));
        assertThat(executors).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(file(value("-Dlog4j2.configurationFile=", executors)))
                .isEqualTo(tree.resolve("conf/log4j2.properties"));
    }

    @Test
    void aTreesPathStaysOneWordOfSparkSubmit() throws Exception {
        Path tree = folder.resolve(Sparring.ODD_NAME);
        List<String> words = words(Sparring.elsewhere(tree), installation(), "--master", "yarn", "train", "a b");

        assertThat(words).endsWith("train", "a b");
        assertThat(file(words.get(words.size() - 3))).isEqualTo(tree.resolve("spark-job/target/sparring-app.jar"));
        List<String> driver = JavaConverters.seqAsJavaList(
                Utils.splitCommandString(words.get(words.indexOf("--driver-java-options") + 1)));
        assertThat(file(value("-Dlog4j2.configurationFile=", driver)))
                .isEqualTo(tree.resolve("conf/log4j2.properties"));
    }

    @Test
    void aMachineWhoseNameDoesNotResolveIsOneLineBeforeSparkSubmitStarts() throws Exception {
        Map<String, String> environment = new HashMap<>(installation());
        executable(folder.resolve("bin/getent"), "exit 2");
        environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        Path script = Sparring.elsewhere(folder.resolve("tree"));
        try (Sparring sparring = Sparring.start(script, folder, environment, "--master", "yarn", "doctor")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("sparring: this machine's own name, ")
                    .endsWith(" does not resolve; expected SPARK_LOCAL_IP=ADDRESS, or the name in /etc/hosts");
        }

        assertThat(words(script, environment, "--master", "local[2]", "doctor")).endsWith("doctor");
        executable(folder.resolve("SPARK_HOME/bin/load-spark-env.sh"), "SPARK_LOCAL_IP=10.1.2.3");
        assertThat(words(script, environment, "--master", "yarn", "doctor")).endsWith("doctor");
        environment.put("SPARK_LOCAL_IP", "10.1.2.3");
        Files.delete(folder.resolve("SPARK_HOME/bin/load-spark-env.sh"));
        assertThat(words(script, environment, "--master", "yarn", "doctor")).endsWith("doctor");
    }

    /** What the script starts by the program that {@link #echo} has made. */
    private List<String> words(Path script, Map<String, String> environment, String... arguments) throws Exception {
        try (Sparring sparring = Sparring.start(script, folder, environment, arguments)) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            return outcome.stdout().lines().toList();
        }
    }

    /** An installation, named by this variable, whose program prints its words, a line each. */
    private Map<String, String> echo(String variable, String program) throws IOException {
        Path home = Files.createDirectory(folder.resolve(variable));
        executable(home.resolve(program), "printf '%s\\n' \"LD_LIBRARY_PATH=$LD_LIBRARY_PATH\" \"$@\"");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17\"\n");
        return Map.of(variable, home.toString());
    }

    /** One that has been prepared before, and that no executor has to write. */
    private static Path archiveOfExecutors(Path tree) throws IOException {
        return Files.writeString(tree.resolve("spark-job/target/executors-17.jsa"), "an archive");
    }

    /** One of Spark whose spark-submit prints its words. */
    private Map<String, String> installation() throws IOException {
        Map<String, String> environment = echo("SPARK_HOME", "bin/spark-submit");
        Files.createDirectories(folder.resolve("SPARK_HOME/jars"));
        Files.createFile(folder.resolve("SPARK_HOME/jars/spark-core_2.12-3.5.5.jar"));
        Files.createFile(folder.resolve("SPARK_HOME/bin/load-spark-env.sh"));
        return environment;
    }

    private static String value(String name, List<String> words) {
        return words.stream()
                .filter(word -> word.startsWith(name))
                .findFirst()
                .orElseThrow()
                .substring(name.length());
    }

    /** The file of an URI that nobody takes for a list, a pattern or several words. */
    private static Path file(String uri) {
        assertThat(uri).matches("file:/[A-Za-z0-9/._~%-]*");
        return Path.of(URI.create(uri));
    }

    private static void executable(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
