package io.sparring.spark.table;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Space;
import io.sparring.network.Observations;
import java.io.Serializable;

/**
 * What an environment shows, number by number as others have it.
 *
 * @param space of the observations
 * @param layout which of them are bytes
 */
public record ObservedNumbers(Space.Box space, RowLayout layout) implements Serializable {
    /** Those of this environment. */
    public static ObservedNumbers of(EnvironmentSpec environment) {
        return new ObservedNumbers(environment.observationSpace(), environment.layout());
    }

    /** How many numbers an observation has. */
    public int size() {
        return space.size();
    }

    /** Room for this many rows' observations. */
    public Observations room(int rows) {
        return Observations.room(layout, rows * size());
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
        if (layout.isByte(number) && value != (int) value) {
            return "is " + value + ", expected a whole number from 0 to 255";
        }
        into.set(row * size() + number, value);
        return null;
    }
}
