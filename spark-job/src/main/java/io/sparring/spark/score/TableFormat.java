package io.sparring.spark.score;

import io.sparring.Explanation;
import io.sparring.Names;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.table.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/** How tables lie in files. */
public enum TableFormat {
    /** Columns with their types. */
    PARQUET,
    /** Lines with commas, the first of them with the columns' names; what a column's type is follows from what stands there. */
    CSV,
    /** Columns with their types, too. */
    ORC,
    /** An object a line. */
    JSON;

    /** Before the name of a table of Spark's catalogue. */
    private static final String TABLE = "table:";

    /** As options have it. */
    public static TableFormat of(String option, String name) {
        List<String> known = Arrays.stream(values()).map(TableFormat::toString).toList();
        return Arrays.stream(values())
                .filter(format -> format.toString().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new InvalidConfiguration(
                        option + ": expected one of " + known + ", got " + name + Names.hint(name, known)));
    }

    /** By the end of a file's or folder's name; otherwise, and of a table of the catalogue, {@code fallback}. */
    public static TableFormat byEnd(String path, TableFormat fallback) {
        if (isTable(path)) {
            return fallback;
        }
        String end = path.replaceFirst("/+$", "").toLowerCase(Locale.ROOT);
        return Stream.of(values())
                .filter(format -> end.endsWith("." + format) || end.endsWith("." + format + ".gz"))
                .findFirst()
                .orElse(fallback);
    }

    /** Whether that is a table of Spark's catalogue, {@code table:db.name}. */
    public static boolean isTable(String input) {
        return input.startsWith(TABLE);
    }

    /**
     * Says before Spark starts that there is nothing to read. What its catalogue has Spark alone knows.
     *
     * @param option which named it
     * @param input as {@link #read} has it, with wildcards or without
     * @throws InvalidConfiguration if there are no such files, or it cannot be a file's name
     * @throws IOException if the file system cannot be reached
     */
    public static void requireThere(String option, String input, Configuration hadoop) throws IOException {
        if (isTable(input)) {
            return;
        }
        // Says what is wrong with the name, or with its host.
        RunFolder.at(input, hadoop);
        Path path = new Path(input);
        FileSystem system = path.getFileSystem(hadoop);
        // Spark takes a name of brackets and stars at its word where there is such a file.
        if (system.exists(path)) {
            return;
        }
        FileStatus[] found;
        try {
            found = system.globStatus(path);
        } catch (IOException e) {
            if (e.getMessage() != null && e.getMessage().startsWith("Illegal file pattern")) {
                throw new InvalidConfiguration(
                        option + " " + input + ": neither a file nor a pattern of names: " + Explanation.of(e));
            }
            throw e;
        }
        if (found == null || found.length == 0) {
            throw new InvalidConfiguration(option + " " + input + ": there is no such file or folder");
        }
    }

    /**
     * Reads files, a folder of them, or a table of the catalogue.
     *
     * @throws InvalidConfiguration if there is nothing of that name that has this format
     */
    public Dataset<Row> read(SparkSession spark, String input) {
        try {
            if (isTable(input)) {
                return spark.table(input.substring(TABLE.length()));
            }
            return spark.read()
                    .format(toString())
                    // Other formats know neither.
                    .option("header", "true")
                    .option("inferSchema", "true")
                    .load(input);
        } catch (Exception e) {
            throw unreadable(input, e);
        }
    }

    private RuntimeException unreadable(String input, Exception e) {
        if (e instanceof AnalysisException || String.valueOf(e.getMessage()).contains("is not a Parquet file")) {
            return new InvalidConfiguration(
                    input + ": cannot be read as " + (isTable(input) ? "a table" : this) + ": " + Explanation.of(e));
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }

    /** A table's numbers as numbers: where one of a text's lines is no number, the whole column is read as text. */
    public Dataset<Row> numbers(Dataset<Row> table, Columns names) {
        if (this != CSV) {
            return table;
        }
        List<Column> columns = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            boolean number = field.dataType() instanceof StringType && names.isObservation(field.name());
            Column column = Columns.column(table, field.name());
            columns.add(
                    number
                            ? functions
                                    .expr("try_cast(`" + field.name().replace("`", "``") + "` as double)")
                                    .as(field.name())
                            : column);
        }
        return table.select(columns.toArray(Column[]::new));
    }

    /** A table as this format can hold it: in CSV, the numbers of an array of known length have a column each. */
    Dataset<Row> writable(Dataset<Row> table, List<StructField> arrays, List<Integer> lengths) {
        if (this != CSV) {
            return table;
        }
        List<Column> columns = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            Column column = Columns.column(table, field.name());
            int which = arrays.indexOf(field);
            if (which < 0 || !(field.dataType() instanceof ArrayType)) {
                columns.add(column);
                continue;
            }
            for (int i = 0; i < lengths.get(which); i++) {
                columns.add(functions.get(column, functions.lit(i)).as(field.name() + "_" + i));
            }
        }
        return table.select(columns.toArray(Column[]::new));
    }

    /** Writes a table into a folder that is not there yet. */
    void write(Dataset<Row> table, String folder) {
        explained(
                () -> table.write().format(toString()).option("header", "true").save(folder));
    }

    /** Something that Spark is asked for. */
    interface Work {
        /** Does it. */
        void run() throws Exception;
    }

    /**
     * Writes an output.
     *
     * @throws InvalidConfiguration if Spark finds that there can be none
     */
    static void explained(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            if (e instanceof AnalysisException) {
                throw new InvalidConfiguration("--output: " + Explanation.of(e));
            }
            throw e instanceof RuntimeException unchecked ? unchecked : TableFormat.<RuntimeException>undeclared(e);
        }
    }

    /** Spark's exceptions are checked, and thrown without being declared. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> E undeclared(Exception e) throws E {
        throw (E) e;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
