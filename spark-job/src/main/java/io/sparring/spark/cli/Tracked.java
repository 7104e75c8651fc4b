package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Versions;
import io.sparring.tracking.TrackedRun;
import io.sparring.tracking.Tracking;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;

/** A command's run on a tracking server, if the environment's variables ask for one. It has failed unless it says otherwise. */
final class Tracked implements AutoCloseable {
    private final Tracking tracking;
    private final TrackedRun run;
    private TrackedRun.End end = TrackedRun.End.FAILED;

    private Tracked(Tracking tracking, TrackedRun run) {
        this.tracking = tracking;
        this.run = run;
    }

    /** Where runs are to be tracked. */
    static Tracking asked() {
        return Tracking.of(System.getenv(), Console::say);
    }

    /**
     * @param command which makes it
     * @param goesOn whether it does from an earlier session; a start that failed and is made again does not
     * @param seed that everything random in it derives from
     */
    static Tracked begin(
            Tracking tracking,
            String command,
            RunFolder folder,
            boolean goesOn,
            Map<String, ?> parameters,
            long seed,
            SparkConf settings)
            throws IOException {
        if (!goesOn) {
            folder.delete(RunFolder.TRACKING);
        }
        if (!tracking.isAsked()) {
            return new Tracked(tracking, TrackedRun.NONE);
        }
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("sparring.command", command);
        tags.put("sparring.seed", Long.toString(seed));
        tags.put("sparring.run", folder.uri());
        Versions.all().forEach((what, version) -> tags.put("version." + what, version));
        tags.put("spark.master", settings.get("spark.master"));
        return new Tracked(
                tracking,
                tracking.run(
                        folder.name().replaceFirst("/+$", "").replaceFirst(".*/", ""),
                        parameters,
                        tags,
                        folder.has(RunFolder.TRACKING)
                                ? new String(folder.read(RunFolder.TRACKING), StandardCharsets.UTF_8)
                                : null,
                        kept -> keep(folder, kept)));
    }

    private static void keep(RunFolder folder, String kept) {
        try {
            folder.write(RunFolder.TRACKING, kept.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            Console.say(RunFolder.TRACKING
                    + " could not be written, so that this run, resumed, would be tracked as another one: "
                    + Explanation.of(e));
        }
    }

    TrackedRun run() {
        return run;
    }

    void ends(TrackedRun.End how) {
        end = how;
    }

    @Override
    public void close() {
        run.ended(end);
        tracking.close();
    }
}
