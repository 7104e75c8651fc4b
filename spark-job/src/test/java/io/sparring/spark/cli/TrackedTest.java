package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.folder.RunFolder;
import io.sparring.tracking.TrackedRun;
import io.sparring.tracking.Tracking;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrackedTest {
    @TempDir
    private Path work;

    /** What runs were said to be on the server. */
    private final List<String> kept = new ArrayList<>();

    private Tracking tracking(boolean asked) {
        return new Tracking() {
            @Override
            public boolean isAsked() {
                return asked;
            }

            @Override
            public TrackedRun run(
                    String name,
                    Map<String, ?> parameters,
                    Map<String, String> tags,
                    String before,
                    Consumer<String> keep) {
                kept.add(before);
                return TrackedRun.NONE;
            }

            @Override
            public void close() {}
        };
    }

    private void run(boolean asked, boolean goesOn) throws IOException {
        try (RunFolder folder = RunFolder.at(work.toString(), new Configuration())) {
            SparkConf settings = new SparkConf(false).set("spark.master", "local");
            Tracked.begin(tracking(asked), "train", folder, goesOn, Map.of(), 0, settings)
                    .close();
        }
    }

    private void told() throws IOException {
        try (RunFolder folder = RunFolder.at(work.toString(), new Configuration())) {
            folder.write(RunFolder.TRACKING, "{\"run_id\":\"failed\"}".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aRunThatGoesOnIsTheOneThatItWas() throws IOException {
        told();
        run(false, true);
        run(true, true);

        assertThat(kept).containsExactly("{\"run_id\":\"failed\"}");
    }

    @Test
    void aStartThatIsMadeAgainIsAnotherRun() throws IOException {
        told();
        run(true, false);
        told();
        run(false, false);
        run(true, true);

        assertThat(kept).containsExactly(null, null);
    }
}
