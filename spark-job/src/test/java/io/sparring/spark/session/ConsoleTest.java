package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private static final int TIMES = 2_000;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);
    private final Console console = new Console(() -> stream);

    @Test
    void withoutABarLinesAreWrittenAsTheyAre() {
        console.print("one");
        console.print("two");

        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("one\ntwo\n");
    }

    @Test
    void aLineComesAboveTheBarWhichStays() {
        console.draw("training 10 %");
        console.print("a remark");
        assertThat(screen()).containsExactly("a remark", "training 10 %");

        console.draw("training 20 %");
        assertThat(screen()).containsExactly("a remark", "training 20 %");

        console.leave();
        console.print("the end");
        assertThat(screen()).containsExactly("a remark", "training 20 %", "the end", "");
    }

    @Test
    void afterItsEndNothingIsSaid() {
        console.draw("training 10 %");
        console.fallSilent();
        console.print("round 7 failed: SparkContext was shut down");
        console.draw("training 20 %");
        console.leave();

        assertThat(screen()).containsExactly("training 10 %");
    }

    @Test
    void linesOfManyThreadsNeverTearTheBar() throws InterruptedException {
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        threads.add(together(begin, "training ", console::draw));
        threads.add(together(begin, "remark ", console::print));
        threads.add(together(begin, "warning ", console::print));
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        List<String> screen = screen();
        assertThat(screen).last().isEqualTo("training " + TIMES);
        assertThat(screen.subList(0, screen.size() - 1))
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, TIMES)
                        .boxed()
                        .flatMap(i -> List.of("remark " + i, "warning " + i).stream())
                        .toList());
    }

    private static Thread together(CountDownLatch begin, String what, java.util.function.Consumer<String> how) {
        Thread thread = new Thread(() -> {
            try {
                begin.await();
            } catch (InterruptedException e) {
                return;
            }
            IntStream.rangeClosed(1, TIMES).forEach(i -> how.accept(what + i));
        });
        thread.start();
        return thread;
    }

    /** What a terminal shows of it: its lines, the last of which is not ended yet. */
    private List<String> screen() {
        List<String> lines = new ArrayList<>();
        for (String line : written.toString(StandardCharsets.UTF_8).split("\n", -1)) {
            StringBuilder shown = new StringBuilder();
            for (String drawn : line.split("\r", -1)) {
                if (drawn.startsWith("\033[K")) {
                    shown.setLength(0);
                    drawn = drawn.substring("\033[K".length());
                }
                shown.replace(0, Math.min(drawn.length(), shown.length()), drawn);
            }
            lines.add(shown.toString());
        }
        return lines;
    }
}
