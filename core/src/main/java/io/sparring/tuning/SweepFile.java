package io.sparring.tuning;

import io.sparring.Names;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a sweep is asked to do.
 *
 * @param name of the file, for messages
 * @param base the configuration that trials vary, as YAML
 * @param baseName what it is called in messages
 * @param overrides of the base, for all trials, each {@code key=value}
 * @param space which values are looked at
 * @param sampler how they are chosen
 * @param scheduler which trials go on
 * @param trials how many there are at most: candidates times seeds
 * @param seed what the sampler draws from
 * @param metric what a score is
 * @param confirm how the best are looked at again; null: not at all
 * @param maxConcurrent so many slices at once; 0: as many as there are slots
 * @param coresPerTrial so many of a trial's shards at once, each on a core
 * @param trialSeconds a trial that has computed for longer has failed; 0: no limit
 * @param text all of it as one file, for machines that do not have the base's, and for later
 */
public record SweepFile(
        String name,
        String base,
        String baseName,
        List<String> overrides,
        Space space,
        SamplerKind sampler,
        SchedulerSpec scheduler,
        int trials,
        long seed,
        Metric metric,
        Confirm confirm,
        int maxConcurrent,
        int coresPerTrial,
        double trialSeconds,
        String text) {

    /** More are a mistake: each is a line in memory. */
    private static final long MOST_TRIALS = 1_000_000;

    /** No machine has more. */
    private static final int MOST_CORES = 1_000;

    private static final String CORES = "cores-per-trial";
    private static final String PBT = "pbt";
    private static final String CONFIRM = "confirm";

    /** What trials of A3C have before all that a sweep says. */
    private static final String IN_TURN = "a3c.in-turn=true";

    private static final List<String> KEYS = List.of(
            "base",
            "overrides",
            "space",
            "sampler",
            "scheduler",
            "trials",
            "seed",
            "metric",
            CONFIRM,
            "max-concurrent",
            CORES,
            "trial-seconds");

    /** Those that {@code --set} may have beside the base's, also for a sweep that goes on: whatever they are, what was trained stays what it is. */
    public static final List<String> OWN =
            List.of("trials", "max-concurrent", CORES, "trial-seconds", CONFIRM + ".points", CONFIRM + ".seeds");

    /** What a score is. */
    public enum Metric {
        /** The mean return of the last {@value io.sparring.algorithm.Counters#RECENT} episodes of training. */
        TRAINING,
        /** The mean return of {@code evaluation.episodes} fresh episodes, played by the parameters at a slice's end. */
        EVALUATION
    }

    /**
     * The best are trained again, to their ends, with seeds that had no part in choosing them.
     *
     * @param points how many
     * @param seeds with how many seeds each
     */
    public record Confirm(int points, int seeds) {
        /** The first of them; so far from 0 that nobody has tuned on it. */
        public static final long FIRST_SEED = 1_000_000;
    }

    public SweepFile {
        overrides = List.copyOf(overrides);
    }

    /**
     * Reads one.
     *
     * @param name the file's name, for messages
     * @param yaml its text
     * @param set from the command line, each {@code key=value}: overrides of the base, which come after the file's own, and {@link #OWN} keys
     * @param trials how many trials the command line asks for; null: as many as the file says
     * @param read gives the text of the file that {@code base} names
     * @throws InvalidConfiguration with one line
     */
    public static SweepFile parse(
            String name, String yaml, List<String> set, Integer trials, UnaryOperator<String> read) {
        Reader file = new Reader(name, withOwn(ConfigurationFile.plain(name, yaml), set, trials));
        for (String key : file.values.keySet()) {
            if (!KEYS.contains(key)) {
                throw new InvalidConfiguration(name + ": there is no key " + key
                        + Names.nearest(key, KEYS)
                                .map(near -> " (did you mean " + near + "?)")
                                .orElse("; known here: " + String.join(", ", KEYS)));
            }
        }
        Object base = file.values.get("base");
        if (base == null) {
            throw file.expected("base", "a configuration's file, as in base: conf/cartpole-a2c.yaml");
        }
        List<String> overrides = new ArrayList<>(file.overrides());
        set.stream().filter(word -> !isOwn(word)).forEach(word -> overrides.add(ofBase(word)));
        Space space = file.inside(() -> Space.of(file.section("space")));
        SamplerKind sampler = file.inside(() -> sampler(file, space));
        SchedulerSpec scheduler = file.inside(() -> SchedulerSpec.of(file.values.get("scheduler")));
        if (scheduler.kind().equals(PBT)) {
            space.keys().stream().filter(SweepFile::changesShapes).findFirst().ifPresent(key -> {
                throw new InvalidConfiguration(
                        name + ": space." + key
                                + ": expected a key that leaves shapes alone, since by pbt a trial takes over another one's parameters");
            });
        }
        String baseText =
                base instanceof Map<?, ?> ? ConfigurationFile.text(file.section("base")) : read.apply(base.toString());
        String baseName = base instanceof Map<?, ?> ? name + ": base" : base.toString();
        int seeds = Math.max(1, space.seeds().size());
        // Whole candidates.
        int count = (trials(file, trials, space) + seeds - 1) / seeds * seeds;
        Map<String, Object> whole = new LinkedHashMap<>(file.values);
        whole.put("base", ConfigurationFile.plain(baseName, baseText));
        whole.put("overrides", overrides);
        whole.put("trials", count);
        SweepFile sweep = new SweepFile(
                name,
                baseText,
                baseName,
                overrides,
                space,
                sampler,
                scheduler,
                count,
                file.whole("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE),
                file.metric(),
                file.confirm(),
                (int) file.whole("max-concurrent", 0, 0, 100_000),
                (int) file.whole(CORES, 1, 1, MOST_CORES),
                file.positive("trial-seconds"),
                ConfigurationFile.text(whole));
        // What is wrong with the base would be wrong with every trial.
        sweep.configuration(List.of());
        return sweep;
    }

    /** Whether a {@code key=value} is about one of {@link #OWN}. */
    public static boolean isOwn(String word) {
        return OWN.contains(key(word));
    }

    /** @throws InvalidConfiguration if it is one of {@link #OWN}, mistyped */
    private static String ofBase(String word) {
        String key = key(word);
        boolean known = Arrays.stream(Configuration.class.getRecordComponents())
                .anyMatch(section -> section.getName().equals(key));
        if (!known && !key.contains(".")) {
            Names.nearest(key, OWN).ifPresent(near -> {
                throw new InvalidConfiguration(
                        "--set " + word + ": there is no key " + key + " (did you mean " + near + "?)");
            });
        }
        return word;
    }

    private static String key(String word) {
        return word.replaceFirst("=.*", "");
    }

    private static Map<String, Object> withOwn(Map<String, Object> file, List<String> set, Integer trials) {
        Map<String, Object> values = new LinkedHashMap<>(file);
        for (String word : set.stream().filter(SweepFile::isOwn).toList()) {
            String key = key(word);
            if (trials != null && key.equals("trials")) {
                throw new InvalidConfiguration("--trials and --set " + word + ": expected one of them");
            }
            Object value = ConfigurationFile.plain("--set " + word, word.replaceFirst("=", ": "))
                    .get(key);
            if (!key.startsWith(CONFIRM)) {
                values.put(key, value);
                continue;
            }
            Map<Object, Object> confirm = new LinkedHashMap<>();
            if (values.get(CONFIRM) instanceof Map<?, ?> section) {
                confirm.putAll(section);
            }
            confirm.put(key.substring(CONFIRM.length() + 1), value);
            values.put(CONFIRM, confirm);
        }
        return values;
    }

    /** Of parameters, of the optimiser's moving averages, or of what is observed. */
    private static boolean changesShapes(String key) {
        return key.startsWith("network.")
                || key.startsWith("environment.")
                || key.startsWith("normalize.")
                || key.endsWith(".shards")
                || List.of("algorithm", "optimizer.kind").contains(key);
    }

    /** Whether a trial may be more than {@code train} makes of its configuration: whoever has taken over another one's parameters cannot be trained again. */
    public boolean takesOver() {
        return scheduler.kind().equals(PBT);
    }

    private static SamplerKind sampler(Reader file, Space space) {
        Object asked = file.values.get("sampler");
        SamplerKind kind = asked == null ? SamplerKind.RANDOM : SamplerKind.of(asked.toString());
        if (space.gridsAlone()) {
            return SamplerKind.GRID;
        }
        kind.create(space, 0);
        return kind;
    }

    private static int trials(Reader file, Integer asked, Space space) {
        long seeds = Math.max(1, space.seeds().size());
        long points = space.gridSize();
        long all = points > MOST_TRIALS ? Long.MAX_VALUE : points * seeds;
        boolean complete = space.gridsAlone();
        if (!complete && asked == null && !file.values.containsKey("trials")) {
            throw file.expected(
                    "trials",
                    "how many there are to be, as in trials: 100, since " + file.name + " samples its points");
        }
        long trials = asked != null
                ? asked
                : file.whole("trials", complete ? Math.min(all, MOST_TRIALS + 1) : 0, 1, MOST_TRIALS + 1);
        if (complete && !file.values.containsKey("trials") && asked == null && all > MOST_TRIALS) {
            throw new InvalidConfiguration(file.name + ": space: its grid has "
                    + (points == Long.MAX_VALUE ? "more than 10^18" : String.format(Locale.ROOT, "%,d", points))
                    + " points; expected at most " + String.format(Locale.ROOT, "%,d", MOST_TRIALS)
                    + " trials, by smaller grids or by trials:");
        }
        if (trials < 1 || trials > MOST_TRIALS) {
            throw new InvalidConfiguration(
                    file.name + ": trials: expected a whole number from 1 to " + MOST_TRIALS + ", got " + trials);
        }
        return (int) (complete ? Math.min(trials, all) : trials);
    }

    /** What two sweeps have in common that are one: all but how many trials there are, how many at once, on how many cores, for how long, and what is confirmed. */
    String fingerprint() {
        Map<String, Object> content = new LinkedHashMap<>(ConfigurationFile.plain(name, text));
        content.keySet().removeAll(List.of("trials", CONFIRM, "max-concurrent", CORES, "trial-seconds"));
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(ConfigurationFile.text(content).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** How many candidates there are to be: trials that differ by their seed alone are one. */
    public int candidates() {
        int seeds = Math.max(1, space.seeds().size());
        return (trials + seeds - 1) / seeds;
    }

    /** Whether its trials differ by nothing but their seeds. */
    public boolean ofSeedsAlone() {
        return space.keys().isEmpty() && !space.seeds().isEmpty() && confirm == null;
    }

    /**
     * The base with these overrides behind the sweep's own.
     *
     * @throws InvalidConfiguration if it is none that can be run
     */
    public Configuration configuration(List<String> more) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(more);
        String source = ConfigurationFile.source(baseName, all);
        String where = more.isEmpty() ? source : "with " + String.join("  ", more);
        Configuration configuration;
        try {
            configuration = ConfigurationFile.parse(baseName, base, all);
            if (configuration.algorithm() == Configuration.Algorithm.A3C
                    && !configuration.a3c().inTurn()) {
                all.add(0, IN_TURN);
                configuration = ConfigurationFile.parse(baseName, base, all);
            }
        } catch (InvalidConfiguration e) {
            // The point, and not all that it has in common with the others.
            throw new InvalidConfiguration(e.getMessage().replace(source, where));
        }
        if (configuration.algorithm() == Configuration.Algorithm.A3C
                && !configuration.a3c().inTurn()) {
            throw new InvalidConfiguration(
                    where
                            + ": a3c.in-turn: expected true: workers that run at once cannot be stopped and gone on with to the bit, so that they are no trials of a sweep");
        }
        if (configuration.budget().wallClockSeconds() > 0) {
            throw new InvalidConfiguration(
                    where
                            + ": budget.wall-clock-seconds: expected 0, since a trial that ends by the clock is not what train makes of it; trial-seconds ends those that take too long");
        }
        return configuration;
    }

    /** The first points, as far as they do not depend on what came of those before. */
    public List<Point> firstPoints(int most) {
        Sampler first = sampler.create(space, seed);
        History none = new History();
        return IntStream.range(0, Math.min(most, candidates()))
                .mapToObj(candidate -> first.point(candidate, none))
                .toList();
    }

    /** How many rounds the base's budget has. */
    public long rounds() {
        Configuration configuration = configuration(List.of());
        long steps = envStepsOfRound(configuration);
        return Math.max(1, (configuration.budget().envSteps() + steps - 1) / steps);
    }

    /** How many environment steps a round of this configuration has. */
    static long envStepsOfRound(Configuration configuration) {
        int shards = configuration.algorithm() == Configuration.Algorithm.A3C
                ? configuration.a3c().workers()
                : configuration.shards();
        return (long) shards
                * configuration.environment().copiesPerShard()
                * configuration.learning().rolloutLength();
    }

    /** The file's values. */
    private record Reader(String name, Map<String, Object> values) {

        InvalidConfiguration expected(String key, String expected) {
            Object value = values.get(key);
            return new InvalidConfiguration(
                    name + ": " + key + ": expected " + expected + ", got " + (value == null ? "nothing" : value));
        }

        /** Puts the file's name in front of what is wrong in a section. */
        <T> T inside(Supplier<T> reading) {
            try {
                return reading.get();
            } catch (InvalidConfiguration e) {
                throw new InvalidConfiguration(name + ": " + e.getMessage());
            }
        }

        Map<String, Object> section(String key) {
            if (!(values.get(key) instanceof Map<?, ?> section)) {
                throw expected(key, "a section with keys");
            }
            Map<String, Object> named = new LinkedHashMap<>();
            section.forEach((inner, value) -> named.put(String.valueOf(inner), value));
            return named;
        }

        /** As a section of keys with their values, or as a list of {@code key=value}. */
        List<String> overrides() {
            Object given = values.get("overrides");
            if (given == null) {
                return List.of();
            }
            if (given instanceof List<?> list) {
                return list.stream().map(Objects::toString).toList();
            }
            List<String> overrides = new ArrayList<>();
            section("overrides")
                    .forEach((key, value) ->
                            overrides.addAll(new Point(Collections.singletonMap(key, value)).overrides()));
            return overrides;
        }

        long whole(String key, long otherwise, long least, long most) {
            Object value = values.get(key);
            if (value == null) {
                return otherwise;
            }
            // 1e6 is a number with a point to YAML, and a whole one to everybody else.
            double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
            if (!(number == Math.rint(number) && number >= least && number <= most)) {
                throw expected(
                        key, "a whole number" + (least == Long.MIN_VALUE ? "" : " from " + least + " to " + most));
            }
            return ((Number) value).longValue();
        }

        double positive(String key) {
            Object value = values.get(key);
            if (value == null) {
                return 0;
            }
            if (!(value instanceof Number number) || !(number.doubleValue() >= 0)) {
                throw expected(key, "a number of seconds, 0 for no limit");
            }
            return number.doubleValue();
        }

        Metric metric() {
            Object value = values.getOrDefault("metric", "training");
            return Arrays.stream(Metric.values())
                    .filter(metric -> metric.name().equalsIgnoreCase(value.toString()))
                    .findFirst()
                    .orElseThrow(() -> expected("metric", "training or evaluation"));
        }

        Confirm confirm() {
            if (values.get(CONFIRM) == null) {
                return null;
            }
            Map<String, Object> section = section(CONFIRM);
            Reader inner = new Reader(name + ": confirm", section);
            section.keySet().forEach(key -> {
                if (!List.of("points", "seeds").contains(key)) {
                    throw new InvalidConfiguration(
                            name + ": confirm: there is no key " + key + "; known here: points, seeds");
                }
            });
            return new Confirm((int) inner.whole("points", 10, 1, 10_000), (int) inner.whole("seeds", 10, 1, 10_000));
        }
    }
}
