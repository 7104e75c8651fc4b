package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.CannotDraw;
import io.sparring.environment.EnvironmentSource;
import io.sparring.film.AnimatedGif;
import io.sparring.film.Recording;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunReport;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.training.SparkRounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Option;

/** An evaluation's first episode as a GIF, and as single pictures. */
final class FilmOptions {
    private static final int EPISODE = 0;

    @Option(
            names = "--gif",
            paramLabel = "DIR",
            description = {
                "Writes DIR/" + RunReport.FILM + ", the first of these episodes at the environment's own speed,"
                        + " with at most 400 frames, 300 pixels a side and 2 MiB.",
                "The run's own folder as DIR: its report.html then shows it."
            })
    private String gif;

    @Option(
            names = "--frames",
            paramLabel = "DIR",
            description = "Writes every frame of that episode in full size: DIR/frame-00000.png is its start,"
                    + " and each step adds one.")
    private String frames;

    private RunFolder gifFolder;
    private RunFolder framesFolder;
    private Recording recording;

    /**
     * Looks whether pictures can go where they are to go.
     *
     * @throws InvalidConfiguration if that is no folder
     */
    void open() throws IOException {
        gifFolder = folder("--gif", gif);
        framesFolder = folder("--frames", frames);
    }

    private static RunFolder folder(String option, String directory) throws IOException {
        if (directory == null) {
            return null;
        }
        try {
            RunFolder folder = RunFolder.at(directory, Session.hadoop(Session.settings()));
            folder.exists();
            return folder;
        } catch (InvalidConfiguration e) {
            throw new InvalidConfiguration(option + " " + e.getMessage());
        }
    }

    /** The same options without a path of this machine. */
    List<String> travelling() throws IOException {
        open();
        List<String> words = new ArrayList<>();
        if (gif != null) {
            words.addAll(List.of("--gif", gifFolder.shared("--gif").uri()));
        }
        if (frames != null) {
            words.addAll(List.of("--frames", framesFolder.shared("--frames").uri()));
        }
        return words;
    }

    /**
     * Films the episode and writes what is asked for, if anything is.
     *
     * @throws InvalidConfiguration if the environment cannot be drawn
     */
    void shoot(
            JavaSparkContext spark,
            SavedRun saved,
            EnvironmentSource source,
            Model model,
            long evaluation,
            boolean greedy)
            throws IOException {
        if (gif == null && frames == null) {
            return;
        }
        try {
            recording = SparkRounds.film(
                    spark, saved.configuration(), source, model, evaluation, EPISODE, greedy, frames != null);
        } catch (CannotDraw e) {
            throw new InvalidConfiguration((gif == null ? "--frames: " : "--gif: ") + e.getMessage());
        }
        if (frames != null) {
            writeFrames();
        }
        if (gif != null) {
            gifFolder.write(RunReport.FILM, recording.gif());
            if (gifFolder.uri().equals(saved.folder().uri())) {
                // As of its last checkpoint, whichever is filmed.
                SavedRun whole = SavedRun.open(saved.folder().uri());
                RunReport.write(whole.folder(), whole.configuration(), whole.environment(), whole.result());
            }
        }
    }

    private void writeFrames() throws IOException {
        for (Map.Entry<Integer, byte[]> frame : recording.frames().entrySet()) {
            framesFolder.write(frameName(frame.getKey()), frame.getValue());
        }
        // What a longer episode has left would be taken for this one's.
        for (int step = recording.frames().size(); framesFolder.has(frameName(step)); step++) {
            framesFolder.delete(frameName(step));
        }
    }

    private static String frameName(int step) {
        return String.format(Locale.ROOT, "frame-%05d.png", step);
    }

    /** Says so where the evaluation's own episode went otherwise: an environment that does not repeat itself. */
    void compare(Episode played) {
        if (recording != null && !recording.episode().equals(played)) {
            Console.say("the episode was played again to be filmed and went otherwise: "
                    + recording.episode().length() + " steps for a return of "
                    + Returns.text(recording.episode().totalReward()) + ", and " + played.length() + " for "
                    + Returns.text(played.totalReward()) + " in the evaluation");
        }
    }

    /** Says where pictures are. */
    void say() {
        if (gif != null) {
            System.out.println(gifName() + " (" + AnimatedGif.comment(recording.gif()) + ")");
        }
        if (frames != null) {
            System.out.println(framesFolder.name() + "/" + frameName(0) + " to "
                    + frameName(recording.episode().length()));
        }
    }

    /** Adds to an evaluation's result where pictures are. */
    void describe(Map<String, Object> result) {
        if (gif != null) {
            result.put("gif", gifName());
        }
        if (frames != null) {
            result.put("frames", framesFolder.name());
        }
    }

    private String gifName() {
        return gifFolder.name() + "/" + RunReport.FILM;
    }
}
