package io.sparring.spark.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.configuration.InvalidConfiguration;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder in which a training's steps are written down, and whose it is. Its files are named by their rounds, as every run's are: {@value #OWNER} beside them names
 * the run, with an id that {@value #FILE} in the run's folder has too, and nobody else's is touched.
 */
public final class TrajectoryFolder {
    /** In the run's folder: where it is written down. */
    public static final String FILE = "trajectories.json";

    /** In this one; who reads tables passes over what begins so. */
    static final String OWNER = "_run.json";

    private static final String OPTION = "--log-trajectories ";
    private static final String ROUNDS = "rounds-";
    private static final Pattern NAME = Pattern.compile(ROUNDS + "(\\d+)-(\\d+)\\.parquet");

    private static final JsonMapper JSON = JsonMapper.builder()
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final RunFolder files;
    private final org.apache.hadoop.conf.Configuration hadoop;
    /** What it says since it was {@linkplain #claim claimed}. */
    private Owner claimed;

    /**
     * What both files say.
     *
     * @param run whose trajectories they are, with its scheme
     * @param log where they are, likewise
     * @param id unlike every other run's
     * @param was the run's folder before, where its state was left on another machine's disk; else null
     */
    private record Owner(String run, String log, String id, String was) {
        byte[] json() throws IOException {
            return (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        }

        /** Null where nothing is said. */
        static Owner in(RunFolder folder, String file) throws IOException {
            try {
                return JSON.readValue(new String(folder.read(file), StandardCharsets.UTF_8), Owner.class);
            } catch (FileNotFoundException none) {
                return null;
            } catch (JsonProcessingException e) {
                throw new InvalidConfiguration(folder.name() + "/" + file + ": " + e.getOriginalMessage());
            }
        }
    }

    /** Rounds in a file. */
    private record Rounds(long first, long last, String name) {
        /** Null where a name is no such file's. */
        static Rounds of(String name) {
            Matcher matcher = NAME.matcher(name);
            return matcher.matches()
                    ? new Rounds(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), name)
                    : null;
        }
    }

    private TrajectoryFolder(RunFolder files, org.apache.hadoop.conf.Configuration hadoop) {
        this.files = files;
        this.hadoop = hadoop;
    }

    /**
     * @throws InvalidConfiguration if it cannot be a folder's name
     * @throws IOException if the file system cannot be reached
     */
    public static TrajectoryFolder at(String name, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        try {
            return new TrajectoryFolder(RunFolder.at(name, hadoop), hadoop);
        } catch (InvalidConfiguration e) {
            throw new InvalidConfiguration(OPTION.strip() + ": " + e.getMessage());
        }
    }

    /** Where a run has been written down so far; null where it has not. */
    public static TrajectoryFolder of(RunFolder run, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        Owner owner = Owner.in(run, FILE);
        return owner == null ? null : at(owner.log(), hadoop);
    }

    /** Its name, as a user would type it. */
    public String name() {
        return files.name();
    }

    /**
     * With scheme and host, if drivers on other machines reach it.
     *
     * @throws InvalidConfiguration if it lies on this machine's disk
     */
    public String shared() {
        return files.shared(OPTION.strip()).uri();
    }

    /**
     * Looks whether a run can be written down here, and changes nothing.
     *
     * @throws InvalidConfiguration if another run's trajectories are here, or something else
     */
    public void require(RunFolder run) throws IOException {
        if (files.uri().equals(run.uri())) {
            throw new InvalidConfiguration(
                    OPTION + name() + ": expected a folder beside the run's own, and this is the run's");
        }
        if (files.exists()) {
            there(run);
        }
    }

    /** Makes it, so that rights that are lacking show at the start. */
    public void make() throws IOException {
        files.patiently("the folder", files::make);
    }

    /**
     * Makes it this run's, and takes away what lies beyond where the run goes on.
     *
     * @param round after which it goes on
     * @param wait how long to wait for the end of another process that does the same
     * @throws InvalidConfiguration if it is another run's, has something else, or rounds before are missing; then nothing is changed
     */
    public void claim(RunFolder run, long round, Duration wait) throws IOException {
        // Of several who want the same new folder one gets it.
        files.lock(wait);
        try {
            require(run);
            List<Rounds> kept = new ArrayList<>(there(run));
            List<Rounds> left = rounds(run);
            left.removeAll(kept);
            kept.addAll(left);
            kept.sort(Comparator.comparingLong(Rounds::first));
            List<Rounds> beyond =
                    kept.stream().filter(rounds -> rounds.first() > round).toList();
            kept.removeAll(beyond);
            requireAll(kept, round);

            Owner before = Owner.in(run, FILE);
            claimed = new Owner(
                    run.uri(),
                    files.uri(),
                    before == null ? UUID.randomUUID().toString() : before.id(),
                    before == null ? null : before.was());
            run.write(FILE, claimed.json());
            files.write(OWNER, claimed.json());
            for (Rounds rounds : beyond) {
                files.delete(rounds.name());
            }
            // Of a file that was being written.
            files.deleteBeginning("." + ROUNDS);
            for (Rounds rounds : left) {
                if (kept.contains(rounds)) {
                    files.write(rounds.name(), run.read(rounds.name()));
                }
                run.delete(rounds.name());
            }
        } finally {
            files.close();
        }
    }

    private void requireAll(List<Rounds> kept, long round) {
        long next = kept.isEmpty() ? round + 1 : kept.get(0).first();
        for (Rounds rounds : kept) {
            if (rounds.first() != next || rounds.last() > round) {
                throw new InvalidConfiguration(OPTION + name() + ": expected this run's rounds up to " + round
                        + ", and there is " + rounds.name());
            }
            next = rounds.last() + 1;
        }
        if (next != round + 1) {
            throw new InvalidConfiguration(OPTION + name() + ": expected this run's rounds up to " + round
                    + ", and there is none after " + (next - 1));
        }
    }

    /** The rounds of this run that are here. */
    private List<Rounds> there(RunFolder run) throws IOException {
        Owner owner = Owner.in(files, OWNER);
        if (owner != null && !isOf(owner, run)) {
            throw new InvalidConfiguration(OPTION + name() + ": expected a new folder, or this run's trajectories ("
                    + run.name() + "), and those of " + owner.run() + " are there");
        }
        for (String name : files.names("")) {
            boolean ours = owner != null && (Rounds.of(name) != null || name.equals(OWNER));
            if (!ours && !name.startsWith(".") && !name.matches("lock(\\..*)?")) {
                throw new InvalidConfiguration(OPTION + name() + ": expected a "
                        + (owner == null ? "new folder" : "folder of this run's trajectories") + ", and there is "
                        + name);
            }
        }
        return rounds(files);
    }

    /** A run's folder that was copied says the same as the one that it is a copy of; one that was moved may go on. */
    private boolean isOf(Owner owner, RunFolder run) throws IOException {
        Owner own = Owner.in(run, FILE);
        return own != null
                && own.id().equals(owner.id())
                && (owner.run().equals(run.uri())
                        || owner.run().equals(own.was())
                        || !RunFolder.at(owner.run(), hadoop).exists());
    }

    private static List<Rounds> rounds(RunFolder folder) throws IOException {
        List<Rounds> rounds = new ArrayList<>();
        for (String name : folder.names(ROUNDS)) {
            Rounds one = Rounds.of(name);
            if (one != null) {
                rounds.add(one);
            }
        }
        return rounds;
    }

    /** What a file of these rounds is called. */
    static String file(long first, long last) {
        return String.format(Locale.ROOT, ROUNDS + "%09d-%09d.parquet", first, last);
    }

    /**
     * Copies a file from this machine's disk, {@linkplain Patience patiently}.
     *
     * @throws IOException if there is one of that name, which can be none of this run's
     */
    void add(java.nio.file.Path file) throws IOException {
        String name = file.getFileName().toString();
        boolean[] there = new boolean[1];
        files.patiently(name, () -> there[0] = files.has(name));
        if (there[0]) {
            throw new IOException(files.name() + "/" + name + " is there already, by another's hand");
        }
        files.write(name, out -> Files.copy(file, out));
    }

    /** Lets a run that goes on elsewhere, with the state that was left there, be written down here all the same. */
    void rescue(RunFolder elsewhere) throws IOException {
        elsewhere.write(FILE, new Owner(elsewhere.uri(), files.uri(), claimed.id(), claimed.run()).json());
    }
}
