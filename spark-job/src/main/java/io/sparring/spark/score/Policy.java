package io.sparring.spark.score;

import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.network.Model;
import io.sparring.rollout.Scorer;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Session;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Columns;
import io.sparring.spark.table.MaskColumns;
import io.sparring.spark.table.ObservationColumns;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a run has learned, for tables: {@code Policy.load("runs/mine").transform(table)}. A value that travels; nothing of the run's folder is read once it is
 * loaded.
 */
public final class Policy implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final Configuration configuration;
    private final EnvironmentSpec environment;
    private final Model model;

    /** @throws InvalidConfiguration if the model has memory */
    Policy(String name, Configuration configuration, EnvironmentSpec environment, Model model) {
        this.name = name;
        this.configuration = configuration;
        this.environment = environment;
        this.model = model;
        if (model.architecture().stateSize() > 0) {
            throw new InvalidConfiguration(
                    name + ": its policy remembers what an episode has shown (network.memory), and rows are"
                            + " scored one by one; evaluate plays it");
        }
    }

    /**
     * The best checkpoint of a run, or the last one where no evaluation has been.
     *
     * @param run its folder, on any of Hadoop's file systems; they are set up as the application's session has them, where there is one
     * @throws InvalidConfiguration if there is no run or no checkpoint, or its policy has memory
     */
    public static Policy load(String run) throws IOException {
        return load(run, SavedRun.checkpointName(run, null, Session.hadoop()));
    }

    /**
     * A checkpoint of a run.
     *
     * @param checkpoint best or last
     * @throws InvalidConfiguration if there is no run or no such checkpoint, or its policy has memory
     */
    public static Policy load(String run, String checkpoint) throws IOException {
        return of(SavedRun.open(run, SavedRun.checkpointName(run, checkpoint, Session.hadoop()), Session.hadoop()));
    }

    /**
     * That of a run that has been opened, with its checkpoint.
     *
     * @throws InvalidConfiguration if it has memory
     */
    public static Policy of(SavedRun saved) {
        EnvironmentSpec environment = saved.spec();
        return new Policy(
                saved.folder().name(),
                saved.configuration(),
                environment,
                saved.checkpoint().model(ShardWorker.architecture(saved.configuration(), environment)));
    }

    /** What it has learned in. */
    public EnvironmentSpec environment() {
        return environment;
    }

    /** What it has learned. */
    public Model model() {
        return model;
    }

    /**
     * A table with three columns more, or four, what the policy does in each row: see {@link #columns}. Observations lie in the column {@code observation}, and masks in
     * {@code mask} where the environment has any. Where the table has columns of the new ones' names itself, they are replaced. The result fails at the first row that is
     * no observation.
     *
     * @throws InvalidConfiguration if columns are missing or of another type
     */
    public Dataset<Row> transform(Dataset<Row> table) {
        return transform(table, Columns.OWN_NAMES, null, "", null);
    }

    /**
     * The same of a table whose columns have other names.
     *
     * @param columns as {@code --columns} has them: {@code observation=x,x_dot,theta,theta_dot}
     */
    public Dataset<Row> transform(Dataset<Row> table, String columns) {
        return transform(table, Columns.of("columns", columns), null, "", null);
    }

    /**
     * The same, in full.
     *
     * @param keep which of the table's columns the result has; null: all but those that are {@link #replaced}
     * @param prefix of the new columns' names
     * @param badRows receives the rows that are left out; null: the first one fails
     * @throws InvalidConfiguration if columns are missing or of another type, or what is to be kept has a new one's name
     */
    public Dataset<Row> transform(
            Dataset<Row> table, Columns names, List<String> keep, String prefix, BadRows badRows) {
        return score(select(table, names, keep, prefix), badRows);
    }

    /** Those rows, scored. */
    Dataset<Row> score(Selection selection, BadRows badRows) {
        return selection
                .rows()
                .mapPartitions(
                        new Scoring(this, selection.layout(), badRows),
                        Encoders.row(selection.layout().schema()));
    }

    /** What is read of a table, and how it lies there. */
    record Selection(Dataset<Row> rows, Layout layout) {}

    /**
     * Where in a selection's rows everything is: the columns that come along, then the observation's, then the mask's.
     *
     * @param kept how many come along
     * @param masks null: there are none
     * @param schema of what comes out: what is kept, then the new columns
     */
    record Layout(int kept, ObservationColumns observed, MaskColumns masks, StructType schema)
            implements Serializable {}

    /** What {@link #transform} reads. */
    Selection select(Dataset<Row> table, Columns names, List<String> keep, String prefix) {
        names.requireOnly(roles());
        ObservationColumns observed = ObservationColumns.of(table, environment, names);
        MaskColumns masks = MaskColumns.of(table, environment, names);
        List<Column> selected = new ArrayList<>();
        StructType schema = new StructType();
        List<String> kept = keep == null ? kept(table.schema(), prefix) : keep;
        for (String name : kept) {
            StructField field = Columns.named(table.schema(), name, "--keep");
            selected.add(Columns.column(table, field.name()));
            schema = schema.add(field);
        }
        for (StructField column : columns(prefix)) {
            if (Columns.find(schema, column.name()) != null) {
                throw new InvalidConfiguration("--keep: the new columns have an " + column.name()
                        + " of their own; --prefix gives them other names");
            }
            schema = schema.add(column);
        }
        selected.addAll(observed.columns());
        if (masks != null) {
            selected.addAll(masks.columns());
        }
        return new Selection(
                table.select(selected.toArray(Column[]::new)), new Layout(kept.size(), observed, masks, schema));
    }

    /** What is looked for in a table. */
    private List<String> roles() {
        List<String> roles = new ArrayList<>(List.of(Columns.OBSERVATION));
        for (EnvironmentSpec.Part part : environment.parts()) {
            roles.add(Columns.OBSERVATION + "." + part.name());
        }
        roles.add(Columns.MASK);
        return roles;
    }

    /** Which of a table's own columns have names of the {@linkplain #columns new ones}, which replace them where nobody says what to keep. */
    public List<String> replaced(StructType schema, String prefix) {
        StructType added = new StructType(columns(prefix).toArray(StructField[]::new));
        return Arrays.stream(schema.fieldNames())
                .filter(name -> Columns.find(added, name) != null)
                .toList();
    }

    private List<String> kept(StructType schema, String prefix) {
        List<String> kept = new ArrayList<>(Arrays.asList(schema.fieldNames()));
        kept.removeAll(replaced(schema, prefix));
        return kept;
    }

    /**
     * What the result has beside a table's own columns: {@code action} (an int, {@code array<int>} or, in a box, {@code array<float>}), {@code probabilities} of each
     * choice ({@code array<float>}) or, in a box, {@code mean} and {@code log_sigma} (each {@code array<float>}), and {@code value} (a float).
     */
    public List<StructField> columns(String prefix) {
        return ScoredColumn.of(environment.actionSpace()).stream()
                .map(column -> DataTypes.createStructField(prefix + column.name(), column.type(), false))
                .toList();
    }

    Scorer scorer() {
        return new Scorer(
                model, environment.actionSpace(), configuration.network().distribution(environment));
    }
}
