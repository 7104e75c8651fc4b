package io.sparring.spark.table;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Which actions a row allows, by flags in one column ({@code array<boolean>}), null where all are, or in a column for each. */
public final class MaskColumns implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Numbers flags;
    private final Space actions;
    private final transient List<Column> columns;

    private MaskColumns(Numbers.Selection selection, Space actions) {
        flags = selection.numbers();
        columns = selection.columns();
        this.actions = actions;
    }

    /**
     * @return null where the environment masks no actions, or the table has no such column and nobody has said that it has
     * @throws InvalidConfiguration if the column is missing though it is named, or of another type
     */
    public static MaskColumns of(Dataset<Row> table, EnvironmentSpec environment, Columns names) {
        Space actions = environment.actionSpace();
        boolean named = names.names(Columns.MASK);
        if (named && actions.maskSize() == 0) {
            throw new InvalidConfiguration("mask: no action of " + actions + " can be forbidden");
        }
        if (!named && !(environment.masks() && names.areIn(table.schema(), Columns.MASK))) {
            return null;
        }
        List<Numbers.Source> sources = ObservationColumns.sources(table, names, Columns.MASK);
        return new MaskColumns(Numbers.of(Columns.MASK, actions.maskSize(), sources, true, false), actions);
    }

    /** What is to be selected of the table, in this order; not there any more once this has been sent somewhere. */
    public List<Column> columns() {
        return columns;
    }

    /** How many columns that is. */
    public int width() {
        return flags.columns();
    }

    /** How many flags a row has. */
    public int size() {
        return flags.count();
    }

    /**
     * Reads a row's flags.
     *
     * @param row a row of a selection
     * @param from where the first of {@link #columns()} is in it
     * @param into receives them as row {@code at}
     * @return what is wrong with them; null: nothing
     */
    public String read(Cells row, int from, boolean[] into, int at) {
        int offset = at * size();
        if (flags.kind() != Numbers.Kind.SEPARATE && flags.isNull(row, from)) {
            Arrays.fill(into, offset, offset + size(), true);
            return null;
        }
        String wrong = flags.missing(row, from);
        if (wrong != null) {
            return wrong;
        }
        Cells cells = flags.cells(row, from);
        int first = flags.first(from);
        return put(
                i -> cells.isNull(first + i) ? null : (Boolean) cells.flag(first + i), size(), actions, into, offset);
    }

    /**
     * Puts a mask where it belongs.
     *
     * @param flags true for what is allowed
     * @param count how many they are: as many as a mask of these actions has
     * @param into receives them, from {@code offset} on
     * @return what is wrong with them; null: nothing
     */
    public static String put(IntFunction<?> flags, int count, Space actions, boolean[] into, int offset) {
        for (int i = 0; i < count; i++) {
            Object flag = flags.apply(i);
            if (!(flag instanceof Boolean allowed)) {
                return "mask[" + i + "] is " + flag + (flag == null ? "" : ", expected true or false");
            }
            into[offset + i] = allowed;
        }
        return actions.leavesAny(into, offset) ? null : "mask forbids every action";
    }
}
