package io.sparring.parameterserver;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a worker's push changes the global parameters θ. N is the configured number of workers, alive or not.
 *
 * <p>Workers send θ′ itself where the method speaks of Δ: the server knows what they pulled, and takes the difference in double
 * precision, in which it is exact.
 */
public enum Merging {
    /** Asynchronous parameter averaging: Δ = θ′ − θ_pulled, and θ ← θ + Δ/N. */
    @JsonProperty("average")
    AVERAGE,
    /** Δ = θ′ − θ_pulled, and θ ← θ + Δ. */
    @JsonProperty("sum")
    SUM,
    /**
     * EASGD (Zhang, Choromanska and LeCun 2015, asynchronous): the worker sends θ′; both sides move by e = (β/N)(θ′ − θ):
     * θ ← θ + e, θ′ ← θ′ − e. A pull does not overwrite θ′.
     */
    @JsonProperty("elastic")
    ELASTIC,
    /** Mnih et al. 2016: the worker sends its gradient, and the server takes the step, with statistics that all workers share. */
    @JsonProperty("gradients")
    GRADIENTS;

    /**
     * θ + weight · (θ′ − θ_pulled), in double precision: a single worker with weight 1 sets θ to θ′, to the bit.
     *
     * @return a new array, of the same length
     */
    static float[] add(float[] parameters, float[] pulled, float[] local, double weight) {
        float[] sum = new float[parameters.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (parameters[i] + weight * ((double) local[i] - pulled[i]));
        }
        return sum;
    }

    /** θ + e, as a new array. */
    static float[] add(float[] parameters, float[] difference) {
        float[] sum = new float[parameters.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = parameters[i] + difference[i];
        }
        return sum;
    }

    /**
     * e = rate · (θ′ − θ).
     *
     * @return a new array, of the same length
     */
    static float[] elasticDifference(float[] parameters, float[] local, double rate) {
        float[] difference = new float[parameters.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = (float) (rate * ((double) local[i] - parameters[i]));
        }
        return difference;
    }
}
