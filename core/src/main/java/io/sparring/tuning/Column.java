package io.sparring.tuning;

import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Continuous;
import io.sparring.tuning.Range.Stepped;
import io.sparring.tuning.Space.Dimension;
import java.util.Arrays;

/**
 * One key's values in all candidates, as numbers on the scale on which densities are taken: a choice's index, a logarithm, else
 * the value itself. They are kept sorted as they come, so that ten thousand need not be sorted for every point.
 */
final class Column {
    private static final int FIRST_LENGTH = 64;

    private final Dimension dimension;
    private double[] values = new double[FIRST_LENGTH];
    private int[] order = new int[FIRST_LENGTH];
    private int candidates;
    private int present;

    Column(Dimension dimension) {
        this.dimension = dimension;
    }

    Dimension dimension() {
        return dimension;
    }

    void clear() {
        candidates = 0;
        present = 0;
    }

    /** The next candidate's. */
    void add(Point point) {
        if (candidates == values.length) {
            values = Arrays.copyOf(values, 2 * candidates);
            order = Arrays.copyOf(order, 2 * candidates);
        }
        Object value = point.values().get(dimension.key());
        values[candidates] = value == null ? Double.NaN : number(value);
        if (value != null) {
            int place = behind(values[candidates]);
            System.arraycopy(order, place, order, place + 1, present - place);
            order[place] = candidates;
            present++;
        }
        candidates++;
    }

    /** How many of the sorted values are at most this one. */
    private int behind(double value) {
        int low = 0;
        int high = present;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[order[middle]] <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean has(int candidate) {
        return !Double.isNaN(values[candidate]);
    }

    double value(int candidate) {
        return values[candidate];
    }

    /** @return the candidate whose value has {@code rank} others before it; of equal ones the earlier is first */
    int ranked(int rank) {
        return order[rank];
    }

    double number(Object value) {
        if (dimension.range() instanceof Choice choice) {
            Object wanted = Values.canonical(value);
            for (int i = 0; i < choice.values().size(); i++) {
                if (Values.canonical(choice.values().get(i)).equals(wanted)) {
                    return i;
                }
            }
            throw new IllegalArgumentException(dimension.key() + " cannot be " + value);
        }
        double number = ((Number) value).doubleValue();
        return dimension.range() instanceof Continuous continuous && continuous.log() ? Math.log(number) : number;
    }

    /** The value that a number stands for; one that is not quite in the range is moved into it. */
    Object value(double number) {
        Range range = dimension.range();
        if (range instanceof Choice choice) {
            return choice.values().get((int) number);
        } else if (range instanceof Stepped stepped) {
            double low = stepped.low().doubleValue();
            long index = Math.round((number - low) / stepped.step().doubleValue());
            return stepped.value(Math.min(stepped.count() - 1, Math.max(0, index)));
        }
        Continuous continuous = (Continuous) range;
        double value = continuous.log() ? Math.exp(number) : number;
        return Math.min(continuous.high(), Math.max(continuous.low(), value));
    }
}
