package io.sparring.spark.table;

import io.sparring.Explanation;
import io.sparring.Names;
import io.sparring.configuration.InvalidConfiguration;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Which columns hold what: {@code observation=obs,action=act}. What is not named lies in the column of its own name. Several columns are an observation
 * together, one number each, where they follow one another: {@code observation=x,x_dot,theta,theta_dot,action=act}. A part of an observation with parts is
 * {@code observation.PART}.
 *
 * @param names of the columns, by what they hold
 */
public record Columns(Map<String, List<String>> names) implements Serializable {
    /** What is acted on. */
    public static final String OBSERVATION = "observation";
    /** Before the name of an observation's part. */
    private static final String PART = OBSERVATION + ".";
    /** What was done. */
    public static final String ACTION = "action";
    /** What could have been done. */
    public static final String MASK = "mask";
    /** What else a row of a trajectory has. */
    private static final List<String> OTHERS =
            List.of("episode", "t", "reward", "terminated", "truncated", "log_probability", "value");

    private static final List<String> KNOWN = known();

    /** Every column by its own name. */
    public static final Columns OWN_NAMES = new Columns(Map.of());

    private static List<String> known() {
        List<String> known = new ArrayList<>(List.of(OBSERVATION, ACTION, MASK));
        known.addAll(OTHERS);
        return List.copyOf(known);
    }

    /**
     * As a user writes them.
     *
     * @param option which it was, for messages
     * @throws InvalidConfiguration naming what is wrong with it
     */
    public static Columns of(String option, String text) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        List<String> current = null;
        for (String word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            String name = word.substring(equals + 1).strip();
            if (equals >= 0) {
                String role = word.substring(0, equals).strip();
                if (!KNOWN.contains(role) && !role.startsWith(PART)) {
                    throw new InvalidConfiguration(
                            option + ": expected one of " + KNOWN + " before =, got " + role + Names.hint(role, KNOWN));
                }
                current = new ArrayList<>();
                if (names.put(role, current) != null) {
                    throw new InvalidConfiguration(option + ": " + role + " is named twice");
                }
            }
            if (current == null || name.isEmpty()) {
                throw new InvalidConfiguration(option
                        + ": expected names of columns, as in observation=obs,action=act or observation=x,y,action=act, got "
                        + text);
            }
            current.add(name);
        }
        return new Columns(names);
    }

    /** The columns that hold this. */
    public List<String> of(String role) {
        return names.getOrDefault(role, List.of(role));
    }

    /** Whether this column holds an observation, a part of one or a number of it, if any does. */
    public boolean isObservation(String column) {
        boolean whole = column.equalsIgnoreCase(OBSERVATION) && !names(OBSERVATION);
        boolean part = column.regionMatches(true, 0, PART, 0, PART.length()) && !names(column);
        return whole
                || part
                || names.entrySet().stream()
                        .filter(entry -> entry.getKey().equals(OBSERVATION)
                                || entry.getKey().startsWith(PART))
                        .anyMatch(entry -> entry.getValue().stream().anyMatch(column::equalsIgnoreCase));
    }

    /** Whether the user has said where it lies. */
    public boolean names(String role) {
        return names.containsKey(role);
    }

    /**
     * The one column that holds this.
     *
     * @throws InvalidConfiguration if there are several, or the table has none of that name
     */
    public StructField one(StructType schema, String role) {
        List<String> columns = of(role);
        if (columns.size() != 1) {
            throw new InvalidConfiguration(role + ": expected one column, got " + columns);
        }
        return field(schema, columns.get(0), role);
    }

    /**
     * A column of a table.
     *
     * @param role what it is wanted for
     * @throws InvalidConfiguration if the table has none of that name
     */
    public static StructField field(StructType schema, String column, String role) {
        StructField field = find(schema, column);
        if (field != null) {
            return field;
        }
        throw new InvalidConfiguration("there is no column " + column + (column.equals(role) ? "" : " for the " + role)
                + others(schema, column) + ", and --columns " + role + "=NAME says which it is");
    }

    /**
     * A column of a table by its own name.
     *
     * @param option that names it, for messages
     * @throws InvalidConfiguration if the table has none of that name
     */
    public static StructField named(StructType schema, String column, String option) {
        StructField field = find(schema, column);
        if (field == null) {
            throw new InvalidConfiguration(option + ": there is no column " + column + others(schema, column));
        }
        return field;
    }

    private static String others(StructType schema, String column) {
        List<String> found = Arrays.asList(schema.fieldNames());
        return Names.hint(column, found) + "; the table has " + Explanation.oneLine(found.toString());
    }

    /**
     * Requires that nothing is named that nobody looks for.
     *
     * @param read what is looked for
     * @throws InvalidConfiguration if there is anything else
     */
    public void requireOnly(List<String> read) {
        for (String role : names.keySet()) {
            if (!read.contains(role)) {
                throw new InvalidConfiguration(
                        "--columns: expected one of " + read + " before =, got " + role + Names.hint(role, read));
            }
        }
    }

    /** The column of that name, or else of one that differs by its case alone, as Spark has it; null where there is none. */
    public static StructField find(StructType schema, String column) {
        StructField[] fields = schema.fields();
        return Arrays.stream(fields)
                .filter(field -> field.name().equals(column))
                .findFirst()
                .or(() -> Arrays.stream(fields)
                        .filter(field -> field.name().equalsIgnoreCase(column))
                        .findFirst())
                .orElse(null);
    }

    /** A column by its name as it stands, dots included. */
    public static Column column(Dataset<Row> table, String name) {
        return table.col("`" + name.replace("`", "``") + "`");
    }

    /** Whether the table has all the columns that hold this. */
    boolean areIn(StructType schema, String role) {
        return of(role).stream().allMatch(column -> find(schema, column) != null);
    }
}
