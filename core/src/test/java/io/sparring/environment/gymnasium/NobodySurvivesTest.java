package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.environment.Environment;
import io.sparring.environment.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever dies, however: no process is left a second later. */
class NobodySurvivesTest {
    /** A second on a quiet machine; a busy one may come to nothing for many. */
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    private static Path folder;

    private static String interpreter;

    @TempDir
    private Path fresh;

    @BeforeAll
    static void python() throws IOException {
        interpreter = Probe.interpreter(folder);
    }

    /** A JVM with one environment. */
    static final class Holder {
        /** @param arguments the interpreter, what its worker does, a file that is made when it begins to hang */
        public static void main(String[] arguments) throws Exception {
            boolean hangs = arguments[1].equals("hung");
            Map<String, Object> options = hangs
                    ? Map.of("mode", "hang", "once", arguments[2])
                    : Map.of("grandchild", arguments[1].equals("grandchild"));
            Hosting hosting = Probe.hosting(arguments[0], false, 0, arguments[3].equals("thread") ? 2 : 1000);
            Thread task = new Thread(() -> {
                try (Environment environment = Probe.source(hosting, options).create(1)) {
                    Step step = new Step(1, 2);
                    environment.reset(new long[] {1}, step.observations);
                    System.out.println("others "
                            + ProcessHandle.current()
                                    .descendants()
                                    .map(process -> Long.toString(process.pid()))
                                    .toList());
                    for (int t = 0; t < (hangs ? 10 : 3); t++) {
                        environment.step(new float[1], step);
                    }
                    if (!arguments[3].equals("thread")) {
                        TimeUnit.HOURS.sleep(1);
                    }
                } catch (InterruptedException | PythonFailure expected) {
                    // The task is over.
                }
            });
            task.start();
            task.join();
            System.out.println("over");
            TimeUnit.HOURS.sleep(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "jvm, idle", "jvm, hung", "jvm, grandchild",
        "thread, idle", "thread, hung", "thread, grandchild",
        "worker, idle", "worker, hung", "worker, grandchild",
        "supervisor, idle", "supervisor, hung", "supervisor, grandchild"
    })
    void oneSecondAfterTheEndOf(String who, String doing) throws Exception {
        Path hanging = fresh.resolve("hanging");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        interpreter,
                        doing,
                        hanging.toString(),
                        who)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = jvm.inputReader()) {
            List<ProcessHandle> others = others(out.readLine());
            assertThat(others).as("supervisor, worker").hasSizeGreaterThanOrEqualTo(2);
            if (doing.equals("hung")) {
                eventually(() -> Files.exists(hanging));
            }
            switch (who) {
                case "jvm" -> jvm.destroyForcibly();
                case "worker" -> child(child(jvm.toHandle())).destroyForcibly();
                case "supervisor" -> child(jvm.toHandle()).destroyForcibly();
                default -> assertThat(out.readLine()).isEqualTo("over");
            }
            eventually(() -> others.stream().noneMatch(NobodySurvivesTest::lives));
        } finally {
            jvm.descendants().forEach(ProcessHandle::destroyForcibly);
            jvm.destroyForcibly();
        }
    }

    private static ProcessHandle child(ProcessHandle process) {
        return process.children().findFirst().orElseThrow();
    }

    private static List<ProcessHandle> others(String line) {
        List<ProcessHandle> others = new ArrayList<>();
        Stream.of(line.replaceAll("[^0-9 ]", " ").trim().split(" +"))
                .map(Long::parseLong)
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .forEach(others::add);
        return others;
    }

    /** One that has ended and that nobody has asked for is no more. */
    private static boolean lives(ProcessHandle process) {
        try {
            return process.isAlive()
                    && !Files.readString(Path.of("/proc/" + process.pid() + "/stat"))
                            .replaceFirst(".*\\) ", "")
                            .startsWith("Z");
        } catch (IOException gone) {
            return false;
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void eventually(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within the patience").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
