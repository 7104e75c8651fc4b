package io.sparring.spark.table;

import io.sparring.Names;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Observations;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * How a table's rows become what an environment shows. An observation without parts lies in one column, {@code array<float>} (or of other numbers) or, where
 * it is bytes, {@code binary}; or in a column for each number. One with parts lies in a struct that has a field for each, or each part in a column of
 * its own. Numbers stand as the environment has them, row by row.
 */
public final class ObservationColumns implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<Numbers> parts;
    private final ObservedNumbers numbers;
    private final transient List<Column> columns;

    private ObservationColumns(List<Numbers.Selection> selections, ObservedNumbers numbers) {
        parts = selections.stream().map(Numbers.Selection::numbers).toList();
        columns = selections.stream()
                .flatMap(selection -> selection.columns().stream())
                .toList();
        this.numbers = numbers;
    }

    /**
     * @param table whose rows they are
     * @param environment whose observations they are
     * @param names of its columns
     * @throws InvalidConfiguration if a column is missing or of another type, with what was found
     */
    public static ObservationColumns of(Dataset<Row> table, EnvironmentSpec environment, Columns names) {
        List<Numbers.Selection> selections = new ArrayList<>();
        Space.Box space = environment.observationSpace();
        if (environment.parts().isEmpty()) {
            List<Numbers.Source> sources = sources(table, names, Columns.OBSERVATION);
            selections.add(
                    Numbers.of(Columns.OBSERVATION, space.size(), sources, false, space.dtype() == Space.Dtype.UINT8));
        }
        for (EnvironmentSpec.Part part : environment.parts()) {
            String role = Columns.OBSERVATION + "." + part.name();
            int size = part.size();
            List<Numbers.Source> sources = names.names(role) || !names.areIn(table.schema(), Columns.OBSERVATION)
                    ? sources(table, names, role)
                    : List.of(field(table, names, environment, part.name()));
            selections.add(Numbers.of(role, size, sources, false, part.dtype() == Space.Dtype.UINT8));
        }
        return new ObservationColumns(selections, ObservedNumbers.of(environment));
    }

    static List<Numbers.Source> sources(Dataset<Row> table, Columns names, String role) {
        return names.of(role).stream()
                .map(name -> source(table, Columns.field(table.schema(), name, role)))
                .toList();
    }

    private static Numbers.Source source(Dataset<Row> table, StructField field) {
        return new Numbers.Source(field.name(), Columns.column(table, field.name()), field.dataType());
    }

    /** A field of the struct that holds the parts. */
    private static Numbers.Source field(Dataset<Row> table, Columns names, EnvironmentSpec environment, String part) {
        StructField whole = names.one(table.schema(), Columns.OBSERVATION);
        List<String> expected =
                environment.parts().stream().map(EnvironmentSpec.Part::name).toList();
        if (!(whole.dataType() instanceof StructType struct)) {
            throw new InvalidConfiguration("observation: expected a struct of " + expected + ", and column "
                    + whole.name() + " is " + whole.dataType().simpleString());
        }
        StructField field = Columns.find(struct, part);
        if (field == null) {
            List<String> found = Arrays.asList(struct.fieldNames());
            throw new InvalidConfiguration("observation: expected a struct of " + expected + ", and column "
                    + whole.name() + " has " + found + " without " + part + Names.hint(part, found));
        }
        return new Numbers.Source(
                whole.name() + "." + field.name(),
                Columns.column(table, whole.name()).getField(field.name()),
                field.dataType());
    }

    /** What is to be selected of the table, in this order; not there any more once this has been sent somewhere. */
    public List<Column> columns() {
        return columns;
    }

    /** How many columns that is. */
    public int width() {
        return parts.stream().mapToInt(Numbers::columns).sum();
    }

    /** How many numbers an observation has. */
    public int size() {
        return numbers.size();
    }

    /** Room for this many rows' observations. */
    public Observations room(int rows) {
        return numbers.room(rows);
    }

    /**
     * Reads a row's observation.
     *
     * @param row a row of a selection
     * @param from where the first of {@link #columns()} is in it
     * @param into receives it as row {@code at}
     * @return what is wrong with it, in which case it is not to be used; null: nothing
     */
    public String read(Cells row, int from, Observations into, int at) {
        int column = from;
        int number = 0;
        for (Numbers part : parts) {
            String wrong = part.missing(row, column);
            if (wrong == null) {
                wrong = read(part, row, column, into, at, number);
            }
            if (wrong != null) {
                return wrong;
            }
            column += part.columns();
            number += part.count();
        }
        return null;
    }

    private String read(Numbers part, Cells row, int column, Observations into, int at, int to) {
        byte[] bytes = part.kind() == Numbers.Kind.BYTES ? row.bytes(column) : null;
        Cells cells = part.cells(row, column);
        int first = part.first(column);
        for (int i = 0; i < part.count(); i++) {
            if (bytes == null && cells.isNull(first + i)) {
                return part.what() + "[" + i + "] is null";
            }
            float value = bytes == null ? cells.number(first + i) : bytes[i] & 0xff;
            String wrong = numbers.put(value, into, at, to + i);
            if (wrong != null) {
                return part.what() + "[" + i + "] " + wrong;
            }
        }
        return null;
    }
}
