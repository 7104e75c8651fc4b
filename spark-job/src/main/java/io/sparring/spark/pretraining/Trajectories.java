package io.sparring.spark.pretraining;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.imitation.LoggedEpisode;
import io.sparring.network.Observations;
import io.sparring.spark.table.ActionColumns;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Cells;
import io.sparring.spark.table.Columns;
import io.sparring.spark.table.MaskColumns;
import io.sparring.spark.table.ObservationColumns;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * A table of steps as episodes: its rows by their episodes, and those by their steps. A step that is missing, or was left out, cuts its episode in two,
 * the first of which ends where nobody knows how it went on.
 */
public final class Trajectories implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String EPISODE = "episode";
    private static final String STEP = "t";
    private static final String REWARD = "reward";
    private static final String TERMINATED = "terminated";

    private final ObservationColumns observations;
    private final ActionColumns actions;
    private final MaskColumns masks;
    private final Space space;
    private final BadRows bad;
    private final LongAccumulator cuts;
    private final LongAccumulator doubles;

    /** A row of the table. */
    private record Step(
            long t, Observations observation, float[] action, boolean[] allowed, double reward, boolean terminated)
            implements Serializable {}

    /**
     * @param actionSize how many numbers an action is
     * @throws InvalidConfiguration if a column is missing or of another type
     */
    public Trajectories(
            JavaSparkContext spark, Dataset<Row> table, EnvironmentSpec environment, int actionSize, Columns names) {
        observations = ObservationColumns.of(table, environment, names);
        actions = ActionColumns.of(table, environment.actionSpace(), actionSize, names);
        masks = MaskColumns.of(table, environment, names);
        space = environment.actionSpace();
        bad = new BadRows(spark.sc());
        cuts = spark.sc().longAccumulator("cuts");
        doubles = spark.sc().longAccumulator("steps that are there twice");
    }

    /** The rows that are left out; see {@link BadRows} for when that is known. */
    public BadRows bad() {
        return bad;
    }

    /** How many steps were there twice, of which one is left out, once that is known. */
    public long doubles() {
        return doubles.value();
    }

    /** Where steps were missing within an episode, once that is known. */
    public long cuts() {
        return cuts.value();
    }

    /**
     * The table's episodes.
     *
     * @param partitions of the result
     */
    public JavaRDD<LoggedEpisode> episodes(Dataset<Row> table, Columns names, int partitions) {
        List<Column> columns = new ArrayList<>(observations.columns());
        if (masks != null) {
            columns.addAll(masks.columns());
        }
        columns.addAll(actions.columns());
        columns.add(episode(table, names));
        columns.add(
                column(table, names, STEP, IntegralType.class, "a whole number").cast("long"));
        columns.add(column(table, names, REWARD, NumericType.class, "a number").cast("double"));
        columns.add(column(table, names, TERMINATED, BooleanType.class, "boolean"));
        JavaPairRDD<Long, Step> steps =
                table.select(columns.toArray(new Column[0])).javaRDD().mapPartitionsToPair(this::steps);
        return steps.groupByKey(partitions).flatMap(episode -> episode(episode._1(), episode._2()));
    }

    private static Column episode(Dataset<Row> table, Columns names) {
        StructField field = names.one(table.schema(), EPISODE);
        Column column = Columns.column(table, field.name());
        return field.dataType() instanceof StringType
                ? functions.xxhash64(column)
                : column(table, names, EPISODE, IntegralType.class, "a whole number or a string")
                        .cast("long");
    }

    private static Column column(
            Dataset<Row> table, Columns names, String role, Class<? extends DataType> type, String expected) {
        StructField field = names.one(table.schema(), role);
        if (!type.isInstance(field.dataType())) {
            throw new InvalidConfiguration(role + ": expected " + expected + ", and column " + field.name() + " is "
                    + field.dataType().simpleString());
        }
        return Columns.column(table, field.name());
    }

    private Iterator<Tuple2<Long, Step>> steps(Iterator<Row> rows) {
        BadRows.Tally tally = BadRows.tally(bad);
        return new Iterator<>() {
            private Tuple2<Long, Step> next;

            @Override
            public boolean hasNext() {
                while (next == null && rows.hasNext()) {
                    Row row = rows.next();
                    tally.row();
                    next = step(row, tally);
                }
                return next != null;
            }

            @Override
            public Tuple2<Long, Step> next() {
                if (!hasNext()) {
                    throw new java.util.NoSuchElementException();
                }
                Tuple2<Long, Step> step = next;
                next = null;
                return step;
            }
        };
    }

    /** Null where something is wrong with it. */
    private Tuple2<Long, Step> step(Row row, BadRows.Tally tally) {
        Observations observation = observations.room(1);
        boolean[] allowed = new boolean[masks == null ? 0 : masks.size()];
        float[] action = new float[actions.size()];
        Cells cells = Cells.of(row);
        String wrong = observations.read(cells, 0, observation, 0);
        int at = observations.width();
        if (masks != null) {
            wrong = wrong == null ? masks.read(cells, at, allowed, 0) : wrong;
            at += masks.width();
        }
        wrong = wrong == null ? actions.read(cells, at, action, 0) : wrong;
        at += actions.width();
        if (wrong == null && forbidden(action, allowed)) {
            wrong = "the mask forbids the action that was taken";
        }
        List<String> others = List.of(EPISODE, STEP, REWARD, TERMINATED);
        for (int i = 0; i < others.size() && wrong == null; i++) {
            wrong = row.isNullAt(at + i) ? others.get(i) + " is null" : null;
        }
        if (wrong == null && !Double.isFinite(row.getDouble(at + 2))) {
            wrong = "reward is " + row.getDouble(at + 2) + ", expected a finite number";
        }
        if (wrong != null) {
            tally.bad(wrong);
            return null;
        }
        return new Tuple2<>(
                row.getLong(at),
                new Step(
                        row.getLong(at + 1),
                        observation,
                        action,
                        allowed,
                        row.getDouble(at + 2),
                        row.getBoolean(at + 3)));
    }

    private boolean forbidden(float[] action, boolean[] allowed) {
        if (allowed.length == 0) {
            return false;
        }
        if (space instanceof Space.MultiBinary) {
            for (int i = 0; i < action.length; i++) {
                if (action[i] == 1 && !allowed[i]) {
                    return true;
                }
            }
            return false;
        }
        int from = 0;
        for (int i = 0; i < action.length; i++) {
            if (!allowed[from + (int) action[i]]) {
                return true;
            }
            from += space instanceof Space.MultiDiscrete several ? several.sizes()[i] : 0;
        }
        return false;
    }

    private Iterator<LoggedEpisode> episode(long id, Iterable<Step> rows) {
        List<Step> steps = new ArrayList<>();
        rows.forEach(steps::add);
        // Of two that claim to be the same step the same one stays, whoever came first.
        steps.sort(Comparator.comparingLong(Step::t)
                .thenComparingDouble(Step::reward)
                .thenComparing(step -> step.action()[0]));
        List<LoggedEpisode> parts = new ArrayList<>();
        List<Step> part = new ArrayList<>();
        for (Step step : steps) {
            long expected =
                    part.isEmpty() ? step.t() : part.get(part.size() - 1).t() + 1;
            if (step.t() < expected) {
                doubles.add(1);
                continue;
            }
            if (step.t() > expected) {
                cuts.add(1);
                parts.add(whole(id, part));
                part = new ArrayList<>();
            }
            part.add(step);
        }
        parts.add(whole(id, part));
        return parts.iterator();
    }

    private LoggedEpisode whole(long id, List<Step> steps) {
        int count = steps.size();
        Observations all = observations.room(count);
        int acted = actions.size();
        int masked = masks == null ? 0 : masks.size();
        float[] done = new float[count * acted];
        boolean[] allowed = new boolean[count * masked];
        double[] rewards = new double[count];
        for (int i = 0; i < count; i++) {
            Step step = steps.get(i);
            all.put(i * observations.size(), step.observation(), 0, observations.size());
            System.arraycopy(step.action(), 0, done, i * acted, acted);
            System.arraycopy(step.allowed(), 0, allowed, i * masked, masked);
            rewards[i] = step.reward();
        }
        return new LoggedEpisode(
                id,
                steps.get(0).t(),
                all,
                done,
                allowed,
                rewards,
                steps.get(count - 1).terminated());
    }
}
