package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sweep's file says of its scheduler.
 *
 * @param kind its name, such as {@code asha}
 * @param settings the other keys of the section as they are given
 */
public record SchedulerSpec(String kind, Map<String, Object> settings) {
    private static final String PATH = "scheduler";
    private static final String KIND = "kind";

    /** Makes a scheduler of settings that have been read. */
    @FunctionalInterface
    interface Maker {
        Scheduler create(int candidates, long maxRounds, long seed);
    }

    /** Reads a kind's settings, all of them. */
    @FunctionalInterface
    private interface Reader {
        Maker read(Options settings);
    }

    private enum Kind {
        NONE("none", ToTheEnd::read),
        SUCCESSIVE_HALVING("successive-halving", SuccessiveHalving::read),
        ASHA("asha", Asha::read),
        HYPERBAND("hyperband", Hyperband::read),
        MEDIAN("median", MedianStopping::read),
        PBT("pbt", PopulationBased::read);

        final String word;
        final Reader reader;

        Kind(String word, Reader reader) {
            this.word = word;
            this.reader = reader;
        }

        static Kind of(String word) {
            List<String> words = Arrays.stream(values()).map(kind -> kind.word).toList();
            return values()[words.indexOf(new Options(PATH, Map.of(KIND, word)).word(KIND, words))];
        }
    }

    /** @throws InvalidConfiguration with one line: key, what was expected and what was found */
    public SchedulerSpec {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        maker(kind, settings);
    }

    /**
     * Reads the section, or the kind alone.
     *
     * @param section {@code "asha"}, or the map of {@code {kind: asha, eta: 3}}; null: {@code none}
     * @throws InvalidConfiguration with one line: key, what was expected and what was found
     */
    public static SchedulerSpec of(Object section) {
        if (section == null) {
            return new SchedulerSpec(Kind.NONE.word, Map.of());
        }
        if (!(section instanceof Map<?, ?> given)) {
            return new SchedulerSpec(String.valueOf(section), Map.of());
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        given.forEach((key, value) -> settings.put(String.valueOf(key), value));
        Object kind = settings.remove(KIND);
        if (kind == null) {
            throw new InvalidConfiguration(PATH + ": expected a scheduler's name or {kind: asha, …}, got " + given);
        }
        return new SchedulerSpec(String.valueOf(kind), settings);
    }

    /**
     * A scheduler at its beginning.
     *
     * @param candidates how many there are to be in all
     * @param maxRounds how many rounds the base configuration's budget has
     * @param seed the sweep's
     */
    public Scheduler create(int candidates, long maxRounds, long seed) {
        return maker(kind, settings).create(candidates, maxRounds, seed);
    }

    private static Maker maker(String kind, Map<String, Object> settings) {
        Options options = new Options(PATH, settings);
        Maker maker = Kind.of(kind).reader.read(options);
        options.nothingElse();
        return maker;
    }
}
