package io.sparring.optimizer;

/** Clipping by the global norm (Pascanu et al. 2013). Summed in one order by one thread: ND4J's own norm splits by threads. */
public final class GlobalNorm {
    private GlobalNorm() {}

    /** ‖∇‖₂. */
    public static double of(float[] gradient) {
        double sum = 0;
        for (float element : gradient) {
            sum += (double) element * element;
        }
        return Math.sqrt(sum);
    }

    /**
     * ∇ ← ∇ · min(1, max/‖∇‖), in place.
     *
     * @param max the largest norm; 0 leaves the gradient alone
     * @return ‖∇‖ as it was
     */
    public static double clip(float[] gradient, double max) {
        double norm = of(gradient);
        if (max > 0 && norm > max) {
            float factor = (float) (max / norm);
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= factor;
            }
        }
        return norm;
    }
}
