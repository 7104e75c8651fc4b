package io.sparring.network;

/** A {@link Normalizer}'s μ and 1/√(σ² + 1e-8), in the 32 bits in which a network computes: a number's result depends on that number alone. */
public final class ObservationScale {
    /** What leaves observations as they are. */
    static final ObservationScale IDENTITY = new ObservationScale(new float[0], new float[0]);

    private final float[] means;
    private final float[] factors;

    private ObservationScale(float[] means, float[] factors) {
        this.means = means;
        this.factors = factors;
    }

    /** μ of each number of an observation, in its order; none where nothing is normalised. A copy. */
    public float[] means() {
        return means.clone();
    }

    /** 1/√(σ² + 1e-8) of each; none where nothing is normalised. A copy. */
    public float[] factors() {
        return factors.clone();
    }

    static ObservationScale of(RunningMoments moments) {
        float[] means = new float[moments.size()];
        float[] factors = new float[means.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) moments.means()[i];
            factors[i] = moments.count() == 0 ? 1 : (float) (1 / Math.sqrt(moments.variance(i) + Normalizer.EPSILON));
        }
        return new ObservationScale(means, factors);
    }

    /**
     * Normalises whole rows.
     *
     * @param numbers which of an observation's numbers each feature is, counted from {@code from} on
     */
    void apply(Batch batch, int[] numbers, int from) {
        float[] values = batch.values();
        for (int feature = 0; feature < numbers.length && means.length > 0; feature++) {
            int start = feature * batch.stride();
            for (int i = start; i < start + batch.rows(); i++) {
                values[i] = normalized(from + numbers[feature], values[i]);
            }
        }
    }

    /**
     * Of these rows, one after the other: the share of the numbers that are clipped.
     *
     * @param numbers which of a row's are normalised: {@link Network#normalizedNumbers}
     */
    public double clipped(Observations rowByRow, int[] numbers) {
        long clipped = 0;
        int rows = means.length == 0 ? 0 : rowByRow.length() / means.length;
        for (int row = 0; row < rows; row++) {
            for (int number : numbers) {
                if (Math.abs(scaled(number, rowByRow.get(row * means.length + number))) > Normalizer.CLIP) {
                    clipped++;
                }
            }
        }
        return clipped == 0 ? 0 : (double) clipped / ((long) rows * numbers.length);
    }

    private float scaled(int feature, float number) {
        return (number - means[feature]) * factors[feature];
    }

    /**
     * One number of an observation, normalised. What is not finite becomes NaN, so that whoever learns from it notices: clipped, it would
     * look like any other.
     */
    public float normalized(int feature, float number) {
        if (means.length == 0) {
            return number;
        }
        float clipped = Math.max(-Normalizer.CLIP, Math.min(Normalizer.CLIP, scaled(feature, number)));
        return clipped + (number - number);
    }
}
