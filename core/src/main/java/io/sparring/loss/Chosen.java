package io.sparring.loss;

import io.sparring.network.Observations;

/**
 * Some of many samples: picks theirs from arrays that have as many numbers for each.
 *
 * @param samples which, in this order
 */
public record Chosen(int[] samples) {

    /** One number each. */
    public double[] of(double[] all) {
        double[] chosen = new double[samples.length];
        for (int i = 0; i < samples.length; i++) {
            chosen[i] = all[samples[i]];
        }
        return chosen;
    }

    /** @param size how many numbers each has */
    public float[] of(float[] all, int size) {
        float[] chosen = new float[samples.length * size];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(all, samples[i] * size, chosen, i * size, size);
        }
        return chosen;
    }

    /** @param size how many flags each has */
    public boolean[] of(boolean[] all, int size) {
        boolean[] chosen = new boolean[samples.length * size];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(all, samples[i] * size, chosen, i * size, size);
        }
        return chosen;
    }

    /** @param size how many numbers each has */
    public Observations of(Observations all, int size) {
        Observations chosen = all.room(samples.length * size);
        for (int i = 0; i < samples.length; i++) {
            chosen.put(i * size, all, samples[i] * size, size);
        }
        return chosen;
    }
}
