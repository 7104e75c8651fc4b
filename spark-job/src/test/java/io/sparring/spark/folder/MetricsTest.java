package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    @TempDir
    private Path work;

    private RunFolder folder;
    private RunFolder objects;

    @BeforeEach
    void folders() throws IOException {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        hadoop.setClass("fs.objects.impl", RunFolderTest.NoAppend.class, org.apache.hadoop.fs.FileSystem.class);
        folder = RunFolder.at(work.toString(), hadoop);
        objects = RunFolder.at("objects://" + work, hadoop);
    }

    @Test
    void whatIsInTheFileAndInItsSegmentsIsReadOnce() throws IOException {
        write("", round(1), evaluation(1), round(2));
        write(".000001", round(1), evaluation(1), round(2));
        write(".000002", round(2), round(3), evaluation(3));
        write(".000003", round(3), evaluation(3), round(4));

        assertThat(read()).containsExactly("round 1", "evaluation 1", "round 2", "round 3", "evaluation 3", "round 4");
    }

    /** A digit on a bad disk is not the end of a curve. */
    @Test
    void aRoundTooHighHidesNoLineBehindIt() throws IOException {
        write("", round(1), round(9_999), round(3));

        assertThat(read()).containsExactly("round 1", "round 9999", "round 3");
    }

    @Test
    void whatIsBehindARoundIsCutAndWhatIsDamagedIsSetAside() throws IOException {
        for (RunFolder run : List.of(folder, objects)) {
            write("", round(1), "{\"type\":\"round\",\"round\":2}", "\0", round(3), round(4));
            write(".000001", "x", round(4));

            Metrics.rewrite(run, 3);
            run.deleteBeginning("metrics.jsonl.");

            assertThat(work.resolve("metrics.jsonl")).hasContent(round(1) + "\n" + round(3));
            assertThat(work.resolve("damaged-metrics.txt")).hasContent("{\"type\":\"round\",\"round\":2}\n\0\nx");

            write("", "later", round(3));
            Metrics.rewrite(run, 3);
            assertThat(work.resolve("damaged-metrics.txt")).hasContent("{\"type\":\"round\",\"round\":2}\n\0\nx");
            assertThat(work.resolve("damaged-metrics-2.txt")).hasContent("later");
            Files.delete(work.resolve("damaged-metrics.txt"));
            Files.delete(work.resolve("damaged-metrics-2.txt"));
        }
    }

    private List<String> read() throws IOException {
        List<String> lines = new ArrayList<>();
        Metrics.read(folder, line -> lines.add(line.get("type") + " " + line.get("round")));
        return lines;
    }

    private void write(String segment, String... lines) throws IOException {
        Files.write(work.resolve("metrics.jsonl" + segment), List.of(lines));
    }

    private static String round(int round) {
        return "{\"type\":\"round\",\"round\":" + round + ",\"env_steps\":" + 8 * round + "}";
    }

    private static String evaluation(int round) {
        return round(round).replace("\"round\",\"round\"", "\"evaluation\",\"round\"");
    }
}
