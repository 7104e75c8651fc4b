package io.sparring.spark.cli;

import io.sparring.algorithm.TrainingFailed;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SweepFolder;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.StopSignals;
import io.sparring.spark.session.TypedCommand;
import io.sparring.spark.session.Versions;
import io.sparring.spark.tuning.SweepPlugin;
import io.sparring.spark.tuning.SweepWorkers;
import io.sparring.tracking.SweepTracking;
import io.sparring.tracking.TrackedRun;
import io.sparring.tracking.Tracking;
import io.sparring.tuning.Forecast;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring sweep}. */
@Command(
        name = "sweep",
        description = "Trains many configurations, and finds the best.",
        mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer>, ClusterCommand {
    /** How many of the leaders are printed. */
    private static final int LEADERS = 10;
    /** How many points a dry run shows. */
    private static final int DRY = 20;
    /** For how long it trains, to know what the sweep will take. */
    private static final Duration PROBE = Duration.ofSeconds(2);

    @Parameters(
            arity = "0..1",
            paramLabel = "SWEEP",
            description = "A YAML file, such as conf/sweeps/cartpole-asha.yaml.")
    private String file;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "The sweep's folder, on any Hadoop file system (default: a new one in runs/).")
    private String run;

    @Option(names = "--resume", paramLabel = "DIR", description = "Goes on where this folder's sweep has stopped.")
    private String resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Overrides a key of the base for all trials, as in --set budget.env-steps=20000, or one of the sweep's own, also with --resume: trials, max-concurrent, cores-per-trial, trial-seconds, confirm.points, confirm.seeds; may be repeated.")
    private List<String> overrides = List.of();

    @Option(names = "--trials", paramLabel = "N", description = "How many trials, in the place of the file's number.")
    private Integer trials;

    @Option(
            names = "--dry-run",
            description =
                    "Shows the first points, and about how many core-hours all will take, by training the first one for 2 s.")
    private boolean dryRun;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    SweepCommand() {}

    /** One that another command asks for. */
    SweepCommand(InputFile file, String run, boolean json) {
        this.file = file.travelling();
        this.run = run;
        this.json = json;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        refuseUnfit();
        SweepFile asked = resume == null ? read() : null;
        if (dryRun) {
            return dry(asked);
        }
        Tracking tracking = Tracked.asked();
        SparkConf settings = Session.settings();
        if (asked != null) {
            claimCores(asked, settings);
        }
        try (RunFolder folder = RunFolder.at(folderName(), Session.hadoop(settings))) {
            Attempt attempt = Attempt.at(folder, settings, this::refuseUnfit);
            attempt.lock();
            SweepFile sweep = resume != null || attempt.again() && SweepFolder.isSweep(folder)
                    ? SweepFolder.read(folder, overrides, trials)
                    : asked;
            return Main.leavingExit(folder, () -> sweep(folder, sweep, settings, tracking));
        }
    }

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        refuseUnfit();
        if (dryRun) {
            throw new InvalidConfiguration("--dry-run: expected --deploy-mode client: it starts nothing on a cluster");
        }
        List<String> words = new ArrayList<>(List.of("sweep"));
        RunFolder folder = RunFolder.at(folderName(), hadoop).shared(resume == null ? "--run" : "--resume");
        refuseUnfit(folder);
        if (resume == null) {
            words.add(new InputFile(file, read().text()).travelling());
        } else {
            SweepFolder.read(folder, overrides, trials);
            if (trials != null) {
                words.addAll(List.of("--trials", trials.toString()));
            }
            overrides.forEach(override -> words.addAll(List.of("--set", override)));
        }
        words.addAll(List.of(resume == null ? "--run" : "--resume", folder.uri()));
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/" + RunFolder.EXIT, words);
    }

    private void refuseUnfit() {
        if (run != null && resume != null) {
            throw new InvalidConfiguration("--run and --resume: expected one of them, since --resume names the folder");
        }
        if (file == null && resume == null) {
            throw new InvalidConfiguration("expected a sweep, as in sparring sweep conf/sweeps/cartpole-asha.yaml");
        }
        if (file != null && resume != null) {
            throw new InvalidConfiguration("--resume " + resume + " and " + file
                    + ": expected one of them: a sweep goes on as it began, but for --trials and --set");
        }
        if (resume != null) {
            overrides.stream()
                    .filter(override -> !SweepFile.isOwn(override))
                    .findFirst()
                    .ifPresent(other -> {
                        throw new InvalidConfiguration("--set " + other + " and --resume " + resume
                                + ": expected one of " + String.join(", ", SweepFile.OWN)
                                + ": by any other key what was trained before would be another sweep's");
                    });
        }
        if (dryRun && resume != null) {
            throw new InvalidConfiguration("--dry-run and --resume: expected one of them");
        }
    }

    private void refuseUnfit(RunFolder folder) throws IOException {
        if (resume == null && (folder.has(SweepFolder.LEDGER) || folder.has("checkpoints"))) {
            throw new InvalidConfiguration("--run " + folder.name() + ": there is a "
                    + (folder.has(SweepFolder.LEDGER)
                            ? "sweep in this folder; name another one, or go on with --resume "
                                    + TypedCommand.quoted(folder.name())
                            : "run in this folder; name another one"));
        }
        if (resume != null && !SweepFolder.isSweep(folder)) {
            throw new InvalidConfiguration("--resume " + folder.name() + ": there is no sweep in this folder");
        }
    }

    private SweepFile read() {
        InputFile input = InputFile.read(file);
        return SweepFile.parse(
                input.name(),
                input.text(),
                overrides,
                trials,
                base -> InputFile.read(beside(base)).text());
    }

    /** As it stands; where there is no such file, from the sweep's own folder. */
    private String beside(String base) {
        Path own = Path.of(file).resolveSibling(base);
        return !Files.exists(Path.of(base)) && Files.exists(own) ? own.toString() : base;
    }

    private String folderName() {
        if (resume != null) {
            return resume;
        }
        if (run != null) {
            return run;
        }
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        return "runs/" + InputFile.called(file) + "-" + time;
    }

    private int dry(SweepFile sweep) throws InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%,d trials: %,d points%s%n",
                sweep.trials(),
                sweep.candidates(),
                sweep.space().seeds().isEmpty()
                        ? ""
                        : " with " + sweep.space().seeds().size() + " seeds each");
        sweep.firstPoints(DRY).forEach(point -> System.out.println("  " + String.join("  ", point.overrides())));
        Forecast forecast = Forecast.of(sweep, PROBE);
        double hours = forecast.rounds() * forecast.roundSeconds() / 3600;
        double most = forecast.most() * forecast.roundSeconds() / 3600;
        if (forecast.failure() != null) {
            System.out.println("what it will take is not known, since the first point cannot be trained here: "
                    + forecast.failure());
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "about %s core-hours of training%s: %,d rounds of %.3g ms (the mean of %,d of the first point on this machine)%n",
                    rounded(hours),
                    forecast.rounds() == forecast.most()
                            ? ""
                            : ", were scores chance, and " + rounded(most) + " if all went to their ends",
                    forecast.rounds(),
                    1000 * forecast.roundSeconds(),
                    forecast.probed());
        }
        if (json) {
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("trials", sweep.trials());
            numbers.put("points", sweep.candidates());
            numbers.put("core_hours", known(hours));
            numbers.put("most_core_hours", known(most));
            System.out.println(RunResult.json(numbers));
        }
        return 0;
    }

    private static String rounded(double hours) {
        return String.format(Locale.ROOT, hours < 10 ? "%.2g" : "%,.0f", hours);
    }

    private int sweep(RunFolder folder, SweepFile file, SparkConf settings, Tracking tracking)
            throws IOException, InterruptedException {
        StopSignals signals = new StopSignals();
        Configuration base = file.configuration(List.of());
        claimCores(file, settings);
        Session.makeRoomForTrials(settings, base, file.coresPerTrial());
        settings.setIfMissing(
                "spark.app.name", "sparring sweep " + base.environment().id());
        settings.setIfMissing("spark.scheduler.minRegisteredResourcesRatio", "0");
        SweepPlugin.add(settings);
        try (SweepFolder kept = new SweepFolder(folder, file.takesOver())) {
            List<Map<String, Object>> events = kept.open();
            SweepTracking told = new SweepTracking(kept);
            Sweep sweep = Sweep.resume(folder.name() + "/" + SweepFolder.LEDGER, file, kept, events, told);
            // What is refused has changed nothing.
            kept.write(file);
            Console.line("sparring " + Versions.sparring() + ": a sweep of " + file.trials() + " trials on "
                    + base.environment().id() + ", " + settings.get("spark.master")
                    + (events.isEmpty() ? "" : ", going on after " + events.size() + " events"));
            SweepWorkers.Efficiency efficiency;
            try (JavaSparkContext spark = Session.start(settings);
                    Tracked tracked = Tracked.begin(
                            tracking,
                            "sweep",
                            folder,
                            !events.isEmpty(),
                            SweepTracking.parameters(file),
                            file.seed(),
                            settings);
                    SweepProgress progress = new SweepProgress(sweep)) {
                if (tracking.isAsked()) {
                    told.begin(tracked.run(), sweep, events);
                }
                try {
                    efficiency = SweepWorkers.run(spark, sweep, signals::received, progress, Console::say);
                } catch (InterruptedException e) {
                    tracked.ends(TrackedRun.End.KILLED);
                    throw e;
                }
                tracked.ends(told.ended());
            } finally {
                kept.write(sweep);
            }
            if (sweep.isOver()) {
                kept.forgetStates();
            } else {
                kept.keepStates();
            }
            report(folder, sweep, efficiency);
            return sweep.isOver() ? 0 : signals.exitCode();
        }
    }

    /** All tasks of a sweep are its workers: as many cores each as a trial has. */
    private static void claimCores(SweepFile file, SparkConf settings) {
        int cores = file.coresPerTrial();
        int there = Session.executorCores(settings);
        if (cores > there) {
            throw new InvalidConfiguration("cores-per-trial: expected at most " + there + ", which "
                    + (Session.staysHere(settings)
                            ? settings.get("spark.master") + " has"
                            : "an executor has (--executor-cores gives it more)")
                    + ", got " + cores);
        }
        if (cores > 1) {
            settings.set("spark.task.cpus", Integer.toString(cores));
        }
    }

    private void report(RunFolder folder, Sweep sweep, SweepWorkers.Efficiency efficiency) throws IOException {
        SweepResult result = sweep.result();
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("trials", result.trials().size());
        numbers.put("finished", result.count(Trial.State.FINISHED));
        numbers.put("stopped_early", result.count(Trial.State.STOPPED));
        numbers.put("failed", result.count(Trial.State.FAILED));
        numbers.put("best_score", known(result.bestScore()));
        numbers.put("best_params_sha256", result.bestParamsSha256(sweep.file()));
        boolean ofSeedsAlone = sweep.file().ofSeedsAlone();
        if (ofSeedsAlone) {
            numbers.putAll(SeedTable.numbers(result));
        }
        numbers.put("next_slice_seconds", known(efficiency.nextSliceSeconds()));
        numbers.put("computing", known(efficiency.computing()));
        numbers.put("repeated_slices", sweep.repeated());
        numbers.put("disagreements", sweep.disagreements());
        numbers.put("run", folder.name());
        folder.write("result.json", RunResult.json(numbers).getBytes(StandardCharsets.UTF_8));
        System.out.print(ofSeedsAlone ? SeedTable.of(sweep.file(), result) : SweepTable.of(result, LEADERS));
        if (sweep.disagreements() > 0) {
            Console.say(
                    sweep.disagreements()
                            + " slices were computed twice and gave other parameters: machines or libraries of this cluster differ in how they compute");
        }
        System.out.println("  sweep    " + folder.name() + "  (report.html, trials.csv, best.yaml)");
        if (!sweep.isOver()) {
            System.out.println("  go on    " + TypedCommand.of("sweep", "--resume", folder.name()));
        } else if (result.best() != null) {
            System.out.println("  next     " + TypedCommand.of("train", folder.name() + "/best.yaml"));
        }
        if (result.count(Trial.State.FAILED) == sweep.file().trials()) {
            throw new TrainingFailed((ofSeedsAlone ? "all seeds have failed: " : "all trials have failed: ")
                    + result.trials().get(0).failure());
        }
        if (json) {
            System.out.println(RunResult.json(numbers));
        }
    }

    /** What JSON has a word for. */
    private static Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
