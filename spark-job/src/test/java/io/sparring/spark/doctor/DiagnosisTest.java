package io.sparring.spark.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.doctor.Finding.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {
    private static final long MEBIBYTE = 1 << 20;
    private static final Examination DRIVER = examined("driver", 17, "3.5.5", true, 0, 0, 1024, null);
    private static final Examination WELL = examined("1", 17, "3.5.5", true, 1792, 768, 1024, null);

    @Test
    void anExecutorHasRoomForTheProcessesOfItsShardsOrIsToldHowMuchTheyNeed() {
        Diagnosis.Blocks blocks = new Diagnosis.Blocks("gymnasium:X", 8, 3, true);
        Examination roomy = withEnvironment(WELL, null, 50);
        Examination narrow = withEnvironment(WELL, null, 500);
        Examination bare = withEnvironment(WELL, "No module named 'gymnasium'; /p -m pip install gymnasium", 0);

        assertThat(Diagnosis.of(DRIVER, List.of(roomy), List.of(0L), "hdfs://runs", null, blocks, null))
                .extracting(Finding::verdict)
                .doesNotContain(Verdict.FIX);
        assertThat(fixes(narrow, blocks))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.found()).contains("the JVM and 3 processes of 500 MiB need 1,884 MiB"))
                .satisfies(
                        finding -> assertThat(finding.fix()).isEqualTo("--conf spark.executor.memoryOverhead=1885m"));
        assertThat(fixes(bare, blocks))
                .singleElement()
                .satisfies(finding -> assertThat(finding.found()).contains("executor 1 (", "-m pip install gymnasium"));
        // Nobody ends an executor of a standalone cluster for what lies beside its heap.
        assertThat(fixes(narrow, new Diagnosis.Blocks("gymnasium:X", 8, 3, false)))
                .isEmpty();
    }

    private static List<Finding> fixes(Examination executor, Diagnosis.Blocks blocks) {
        return Diagnosis.of(DRIVER, List.of(executor), List.of(0L), "hdfs://runs", null, blocks, null).stream()
                .filter(finding -> finding.verdict() == Verdict.FIX)
                .toList();
    }

    /** The same executor after it has tried to make a block of copies, of so many mebibytes. */
    private static Examination withEnvironment(Examination e, String failure, long mebibytes) {
        return new Examination(
                e.executor(),
                e.host(),
                e.java(),
                e.javaVersion(),
                e.spark(),
                e.vectorized(),
                e.kernels(),
                e.heap(),
                e.container(),
                e.overhead(),
                e.sharedMemory(),
                null,
                null,
                null,
                failure,
                mebibytes * MEBIBYTE,
                null,
                null);
    }

    @Test
    void aHealthyClusterHasNothingToFix() {
        assertThat(Diagnosis.of(DRIVER, List.of(WELL), List.of(0L), "hdfs://runs", null, null, null))
                .allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.OK));
    }

    @Test
    void anOlderJavaIsNamedWithItsExecutor() {
        only("Java", examined("2", 11, "3.5.5", true, 1792, 768, 1024, null), "executor 2", "JAVA_HOME");
    }

    @Test
    void anotherSparkIsNamed() {
        only("Spark", examined("2", 17, "3.3.1", true, 1792, 768, 1024, null), "Spark 3.3.1", "SPARK_HOME");
    }

    @Test
    void anOverheadThatTheJvmAloneFillsIsNamed() {
        only(
                "memory overhead",
                examined("2", 17, "3.5.5", true, 1124, 100, 1024, null),
                "100 MiB",
                "spark.executor.memoryOverhead");
    }

    @Test
    void whatSeveralExecutorsLackIsOneThingToFixThatNamesThem() {
        List<Examination> ill = List.of(
                examined("1", 17, "3.5.5", true, 1124, 100, 1024, null),
                examined("2", 17, "3.5.5", true, 1124, 100, 1024, null),
                examined("3", 17, "3.5.5", true, 1144, 120, 1024, null));
        assertThat(Diagnosis.of(DRIVER, ill, List.of(0L, 0L, 0L), "hdfs://runs", null, null, null))
                .filteredOn(finding -> finding.verdict() == Verdict.FIX)
                .singleElement()
                .extracting(Finding::found)
                .asString()
                .matches(
                        "executor 1 \\(host-1\\), executor 2 \\(host-2\\): 100 MiB .*; executor 3 \\(host-3\\): 120 MiB .*");
    }

    @Test
    void ofManyExecutorsThatShareAFaultSomeAreNamedAndTheOthersCounted() {
        List<Examination> ill = IntStream.range(0, 100)
                .mapToObj(number -> examined(Integer.toString(number), 11, "3.5.5", true, 1792, 768, 1024, null))
                .toList();
        assertThat(Diagnosis.of(DRIVER, ill, Collections.nCopies(100, 0L), "hdfs://runs", null, null, null))
                .filteredOn(finding -> finding.verdict() == Verdict.FIX)
                .singleElement()
                .extracting(Finding::found)
                .asString()
                .endsWith("executor 7 (host-7) and 92 more: Java 11.0.1");
    }

    @Test
    void aFolderThatTheDriverCannotWriteIsNamed() {
        Examination driver = examined("driver", 17, "3.5.5", true, 0, 0, 1024, "AccessControlException: no");
        assertThat(Diagnosis.of(driver, List.of(WELL), List.of(0L), "hdfs://runs", null, null, null))
                .filteredOn(finding -> finding.verdict() == Verdict.FIX)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.found()).contains("the driver", "AccessControlException: no");
                    assertThat(finding.fix()).contains("--run");
                });
    }

    @Test
    void aFolderThatOnlyExecutorsCannotWriteIsNotedSinceTheyNeedNot() {
        only(
                Verdict.NOTE,
                "run folder",
                examined("2", 17, "3.5.5", true, 1792, 768, 1024, "AccessControlException: no"),
                "AccessControlException: no",
                "only the driver writes there");
    }

    @Test
    void aFolderOfTheDriversOwnDiskIsNotTheExecutorsBusiness() {
        Examination other = examined("2", 17, "3.5.5", true, 1792, 768, 1024, "NoSuchFileException: x");
        assertThat(Diagnosis.of(DRIVER, List.of(other), List.of(0L), "file:/runs", null, null, null))
                .allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.OK));
    }

    @Test
    void aClockThatIsWrongIsNamed() {
        List<Finding> findings =
                Diagnosis.of(DRIVER, List.of(WELL), List.of(-61_000L), "hdfs://runs", null, null, null);
        assertThat(findings)
                .filteredOn(finding -> finding.verdict() == Verdict.FIX)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.found()).contains("executor 1", "-61.0 s");
                    assertThat(finding.fix()).contains("chrony");
                });
    }

    @Test
    void slowKernelsAndLittleSharedMemoryAreNoted() {
        Examination other = examined("2", 17, "3.5.5", false, 1792, 768, 1, null);
        assertThat(Diagnosis.of(DRIVER, List.of(other), List.of(0L), "hdfs://runs", null, null, null))
                .filteredOn(finding -> finding.verdict() == Verdict.NOTE)
                .extracting(Finding::check)
                .containsExactly("networks", "/dev/shm");
    }

    /** A container's 64 MiB hold an executor's buffers. */
    @ParameterizedTest
    @CsvSource({"64, true", "63, false"})
    void soMuchSharedMemoryIsEnoughAsTheBuffersTake(int mebibytes, boolean enough) {
        Examination executor = examined("2", 17, "3.5.5", true, 1792, 768, mebibytes, null);
        assertThat(Diagnosis.of(DRIVER, List.of(executor), List.of(0L), "hdfs://runs", null, null, null))
                .filteredOn(finding -> finding.check().equals("/dev/shm"))
                .singleElement()
                .extracting(Finding::verdict)
                .isEqualTo(enough ? Verdict.OK : Verdict.NOTE);
    }

    @Test
    void aParameterServerThatIsNotReachedNamesThePortToOpenInTheDirectionThatIsClosed() {
        assertThat(parameterServer(
                        "the parameter server at UDP h:4711 does not answer within 5 s: the port is blocked"))
                .contains("from the executors to h:4711", "spark.driver.host", "cluster.parameter-server-port");
        assertThat(parameterServer("the parameter server at UDP h:4711 can be reached, but does not answer"))
                .contains("from the driver to the executors", "cluster.worker-port");
        assertThat(parameterServer("this JVM was started without --add-opens=java.base/sun.nio.ch=ALL-UNNAMED"))
                .contains("spark.executor.extraJavaOptions=--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }

    private static String parameterServer(String failure) {
        Examination ill = new Examination(
                "2",
                "host-2",
                17,
                "17.0.1",
                "3.5.5",
                true,
                "16 floats at a time",
                1024 * MEBIBYTE,
                1792 * MEBIBYTE,
                768 * MEBIBYTE,
                1024 * MEBIBYTE,
                null,
                null,
                null,
                null,
                0,
                null,
                failure);
        Finding finding =
                Diagnosis.of(DRIVER, List.of(WELL, ill), List.of(0L, 0L), "hdfs://runs", null, null, "h:4711").stream()
                        .filter(other -> other.verdict() == Verdict.FIX)
                        .findFirst()
                        .orElseThrow();
        assertThat(finding.check()).isEqualTo("parameter server");
        assertThat(finding.found()).contains("executor 2", failure);
        return finding.fix();
    }

    @Test
    void aClockIsOffByWhatNoMomentOfTheJobExplains() {
        Doctor.Span job = new Doctor.Span(1000, 1500);
        assertThat(job.skew(1200)).isZero();
        assertThat(job.skew(7500)).isEqualTo(6000);
        assertThat(job.skew(0)).isEqualTo(-1000);
    }

    @Test
    void aLibraryThatIsMissingAndAFolderThatCannotBeWrittenNameWhatToDo() {
        assertThat(Doctor.failed(
                                "x executor 1): java.lang.UnsatisfiedLinkError: libstdc++.so.6: cannot open shared object file")
                        .fix())
                .contains("install the library");
        assertThat(Doctor.failed("x executor 1): Cannot unpack libzstd-jni-1.5.5-4: Read-only file system")
                        .fix())
                .contains("-Djava.io.tmpdir");
    }

    @Test
    void anExecutorThatCannotEvenReadTheClassesHasAnOldJava() {
        Finding finding = Doctor.failed(
                "Job aborted: java.lang.UnsupportedClassVersionError: io/sparring/spark/doctor/Examination has been compiled");
        assertThat(finding.check()).isEqualTo("Java");
        assertThat(finding.fix()).contains("JAVA_HOME");
    }

    private static void only(String check, Examination ill, String symptom, String fix) {
        only(Verdict.FIX, check, ill, symptom, fix);
    }

    private static void only(Verdict verdict, String check, Examination ill, String symptom, String fix) {
        List<Finding> findings =
                Diagnosis.of(DRIVER, List.of(WELL, ill), List.of(0L, 0L), "hdfs://runs", null, null, null);
        assertThat(findings)
                .filteredOn(finding -> finding.verdict() != Verdict.OK)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.verdict()).isEqualTo(verdict);
                    assertThat(finding.check()).isEqualTo(check);
                    assertThat(finding.found()).contains("executor 2", symptom);
                    assertThat(finding.fix()).contains(fix);
                });
    }

    private static Examination examined(
            String executor,
            int java,
            String spark,
            boolean vectorized,
            long container,
            long overhead,
            long shared,
            String folderFailure) {
        return new Examination(
                executor,
                "host-" + executor,
                java,
                java + ".0.1",
                spark,
                vectorized,
                vectorized ? "16 floats at a time" : "one float at a time",
                1024 * MEBIBYTE,
                container * MEBIBYTE,
                overhead * MEBIBYTE,
                shared * MEBIBYTE,
                null,
                null,
                folderFailure,
                null,
                0,
                null,
                null);
    }
}
