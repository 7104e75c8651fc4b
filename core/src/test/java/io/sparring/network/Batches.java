package io.sparring.network;

import java.util.stream.IntStream;

/** Batches from and to arrays that lie row by row, for tests. */
public final class Batches {
    private Batches() {}

    /** A batch of so many features. */
    public static Batch of(int features, float... rowByRow) {
        Batch batch = new Batch(features);
        setRows(batch, rowByRow);
        return batch;
    }

    /** Takes up rows. */
    static void setRows(Batch batch, float... rowByRow) {
        int features = batch.features();
        int[] numbers = IntStream.range(0, features).toArray();
        batch.setRows(new Observations.Floats(rowByRow), 0, features, rowByRow.length / features, numbers, 1);
    }

    /** The same, each number rounded to a float. */
    public static Batch of(int features, double... rowByRow) {
        return of(features, floats(rowByRow));
    }

    /** What a batch holds, without its padding. */
    public static float[] rowByRow(Batch batch) {
        float[] rowByRow = new float[batch.rows() * batch.features()];
        for (int i = 0; i < rowByRow.length; i++) {
            rowByRow[i] = batch.get(i % batch.features(), i / batch.features());
        }
        return rowByRow;
    }

    /** The same, widened. */
    public static double[] doubles(Batch batch) {
        return doubles(rowByRow(batch));
    }

    /** Overwrites rows, without their padding. */
    public static void fill(Batch batch, double... rowByRow) {
        for (int i = 0; i < rowByRow.length; i++) {
            batch.set(i % batch.features(), i / batch.features(), (float) rowByRow[i]);
        }
    }

    /** Each number rounded. */
    public static float[] floats(double... numbers) {
        float[] rounded = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            rounded[i] = (float) numbers[i];
        }
        return rounded;
    }

    /** Each number widened. */
    public static double[] doubles(float... numbers) {
        double[] widened = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            widened[i] = numbers[i];
        }
        return widened;
    }
}
