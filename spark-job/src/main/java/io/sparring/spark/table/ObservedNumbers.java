package io.sparring.spark.table;

import io.sparring.environment.Space;
import io.sparring.network.Observations;
import java.io.Serializable;

/**
 * What an environment shows, number by number as others have it.
 *
 * @param space of the observations
 */
public record ObservedNumbers(Space.Box space) implements Serializable {
    /** How many numbers an observation has. */
    public int size() {
        return space.size();
    }

    /** Room for this many rows' observations. */
    public Observations room(int rows) {
        return switch (space.dtype()) {
            case FLOAT32 -> new Observations.Floats(new float[rows * size()]);
            case UINT8 -> new Observations.Bytes(new byte[rows * size()]);
        };
    }

    /**
     * Puts a number where it belongs.
     *
     * @param value it has to be finite and within the environment's bounds, and whole where the environment shows bytes
     * @param into receives it
     * @param row of {@code into}
     * @param number which of the row's
     * @return what is wrong with it, as in "is NaN, expected a finite number"; null: nothing
     */
    public String put(float value, Observations into, int row, int number) {
        float low = space.low()[number];
        float high = space.high()[number];
        if (!Float.isFinite(value)) {
            return "is " + value + ", expected a finite number";
        }
        if (!(value >= low && value <= high)) {
            return "is " + value + ", expected from " + low + " to " + high;
        }
        int at = row * size() + number;
        if (into instanceof Observations.Bytes whole) {
            whole.numbers()[at] = (byte) value;
            if (value != (int) value) {
                return "is " + value + ", expected a whole number from 0 to 255";
            }
        } else if (into instanceof Observations.Floats floats) {
            floats.numbers()[at] = value;
        }
        return null;
    }
}
