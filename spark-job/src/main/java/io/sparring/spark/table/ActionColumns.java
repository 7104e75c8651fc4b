package io.sparring.spark.table;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.Space;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What was done in each row: a whole number, where one of n things is; else an array of numbers, or a column for each. */
public final class ActionColumns implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Numbers numbers;
    private final Space actions;
    private final transient List<Column> columns;

    private ActionColumns(Numbers.Selection selection, Space actions) {
        numbers = selection.numbers();
        columns = selection.columns();
        this.actions = actions;
    }

    /**
     * @param size how many numbers an action is
     * @throws InvalidConfiguration if a column is missing or of another type, with what was found
     */
    public static ActionColumns of(Dataset<Row> table, Space actions, int size, Columns names) {
        List<Numbers.Source> sources = ObservationColumns.sources(table, names, Columns.ACTION);
        return new ActionColumns(Numbers.of(Columns.ACTION, size, sources, false, false), actions);
    }

    /** What is to be selected of the table, in this order; not there any more once this has been sent somewhere. */
    public List<Column> columns() {
        return columns;
    }

    /** How many columns that is. */
    public int width() {
        return numbers.columns();
    }

    /** How many numbers an action is. */
    public int size() {
        return numbers.count();
    }

    /**
     * Reads a row's action. Numbers of a box may lie outside of it, as what was drawn does before it is brought within.
     *
     * @param row a row of a selection
     * @param from where the first of {@link #columns()} is in it
     * @param into receives it as row {@code at}
     * @return what is wrong with it; null: nothing
     */
    public String read(Cells row, int from, float[] into, int at) {
        String wrong = numbers.missing(row, from);
        if (wrong != null) {
            return wrong;
        }
        Cells cells = numbers.cells(row, from);
        int first = numbers.first(from);
        int offset = at * size();
        for (int i = 0; i < size(); i++) {
            if (cells.isNull(first + i)) {
                return "action[" + i + "] is null";
            }
            float number = cells.number(first + i);
            into[offset + i] = number;
            if (!Float.isFinite(number)) {
                return "action[" + i + "] is " + number + ", expected a finite number";
            }
        }
        return actions instanceof Space.Box || actions.contains(into, offset)
                ? null
                : "there is no action " + text(into, offset) + " in " + actions;
    }

    private String text(float[] numbers, int offset) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size(); i++) {
            float number = numbers[offset + i];
            text.append(i == 0 ? "" : ", ").append(number == Math.rint(number) ? (Object) (long) number : number);
        }
        return text.toString();
    }
}
