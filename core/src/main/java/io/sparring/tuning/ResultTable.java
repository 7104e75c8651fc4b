package io.sparring.tuning;

import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Stepped;
import io.sparring.tuning.Space.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results as a table whose columns have types, for readers that want them. The same sweep has the same columns, whatever came of it.
 *
 * @param name of the file, without an ending
 * @param rows each with a {@link Long}, {@link Double}, {@link Boolean}, text or null a column
 */
public record ResultTable(String name, List<Column> columns, List<List<Object>> rows) {
    /** What a column has. */
    public enum Kind {
        WHOLE,
        REAL,
        TRUTH,
        TEXT
    }

    /** @param optional whether a row may be without it */
    public record Column(String name, Kind kind, boolean optional) {
        static Column of(String name, Kind kind) {
            return new Column(name, kind, false);
        }

        static Column optional(String name, Kind kind) {
            return new Column(name, kind, true);
        }
    }

    /**
     * A row a trial, those that confirm included, with a column for each key that is searched.
     *
     * @param trials all that were made, in the order of their numbers
     */
    public static ResultTable trials(SweepFile file, List<Trial> trials) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.of("trial", Kind.WHOLE),
                Column.of("candidate", Kind.WHOLE),
                Column.optional("seed", Kind.WHOLE),
                Column.of("confirms", Kind.TRUTH),
                Column.of("state", Kind.TEXT),
                Column.of("slices", Kind.WHOLE),
                Column.of("round", Kind.WHOLE),
                Column.of("env_steps", Kind.WHOLE),
                Column.of("episodes", Kind.WHOLE),
                Column.optional("score", Kind.REAL),
                Column.of("seconds", Kind.REAL),
                Column.optional("params_sha256", Kind.TEXT),
                Column.optional("reason", Kind.TEXT)));
        file.space().dimensions().forEach(key -> columns.add(Column.optional(key.key(), kind(key))));
        return new ResultTable(
                "trials",
                columns,
                trials.stream().map(trial -> row(file, trial)).toList());
    }

    private static List<Object> row(SweepFile file, Trial trial) {
        List<Object> row = new ArrayList<>(Arrays.asList(
                (long) trial.number(),
                (long) trial.candidate(),
                trial.seed(),
                trial.confirms(),
                trial.state().name().toLowerCase(Locale.ROOT),
                (long) trial.slices(),
                trial.round(),
                trial.envSteps(),
                trial.episodes(),
                Double.isNaN(trial.score()) ? null : trial.score(),
                trial.seconds(),
                trial.paramsSha256(),
                trial.failure() != null ? trial.failure() : trial.ended()));
        for (Dimension key : file.space().dimensions()) {
            row.add(typed(trial.point().values().get(key.key()), kind(key)));
        }
        return row;
    }

    /**
     * A row a report of a trial: the end of each of its slices, in the order in which they came.
     *
     * @param events of the sweep's ledger
     */
    public static ResultTable reports(List<Map<String, Object>> events) {
        List<Column> columns = List.of(
                Column.of("trial", Kind.WHOLE),
                Column.of("slice", Kind.WHOLE),
                Column.of("round", Kind.WHOLE),
                Column.of("env_steps", Kind.WHOLE),
                Column.of("episodes", Kind.WHOLE),
                Column.optional("score", Kind.REAL),
                Column.of("seconds", Kind.REAL),
                Column.optional("params_sha256", Kind.TEXT),
                Column.optional("ended", Kind.TEXT),
                Column.optional("failure", Kind.TEXT));
        return new ResultTable(
                "reports",
                columns,
                events.stream()
                        .filter(event -> "slice".equals(event.get("event")))
                        .map(event -> row(columns, event))
                        .toList());
    }

    private static List<Object> row(List<Column> columns, Map<String, Object> event) {
        List<Object> row = new ArrayList<>();
        columns.forEach(column -> row.add(typed(event.get(column.name()), column.kind())));
        return row;
    }

    private static Kind kind(Dimension key) {
        if (key.range() instanceof Choice choice) {
            if (choice.values().stream().allMatch(Boolean.class::isInstance)) {
                return Kind.TRUTH;
            }
            if (choice.values().stream().allMatch(Long.class::isInstance)) {
                return Kind.WHOLE;
            }
            return choice.values().stream().allMatch(Number.class::isInstance) ? Kind.REAL : Kind.TEXT;
        }
        return key.range() instanceof Stepped stepped && stepped.whole() ? Kind.WHOLE : Kind.REAL;
    }

    private static Object typed(Object value, Kind kind) {
        if (value == null) {
            return null;
        }
        return switch (kind) {
            case WHOLE -> ((Number) value).longValue();
            case REAL -> ((Number) value).doubleValue();
            case TRUTH -> value;
            case TEXT -> value.toString();
        };
    }
}
