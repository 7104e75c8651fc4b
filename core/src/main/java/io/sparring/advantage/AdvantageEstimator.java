package io.sparring.advantage;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The advantage estimators by the names that a configuration gives them. A new one is one line here. */
public enum AdvantageEstimator {
    /** {@link Advantages#gae}. */
    @JsonProperty("gae")
    GAE {
        @Override
        public double[] estimate(Inputs in, double lambda, int k) {
            return Advantages.gae(
                    in.rewards, in.discounts, in.values, in.nextValues, in.continues, in.environments, lambda);
        }
    },
    /** {@link Advantages#kStep}. */
    @JsonProperty("k-step")
    K_STEP {
        @Override
        public double[] estimate(Inputs in, double lambda, int k) {
            return Advantages.kStep(
                    in.rewards, in.discounts, in.values, in.nextValues, in.continues, in.environments, k);
        }
    },
    /** {@link Advantages#oneStep}. */
    @JsonProperty("one-step")
    ONE_STEP {
        @Override
        public double[] estimate(Inputs in, double lambda, int k) {
            return Advantages.oneStep(in.rewards, in.discounts, in.values, in.nextValues, in.continues);
        }
    };

    /** What {@link Advantages} takes. */
    public record Inputs(
            double[] rewards,
            double[] discounts,
            double[] values,
            double[] nextValues,
            double[] continues,
            int environments) {}

    /** A, T×B; λ and k are for those estimators that have them. */
    public abstract double[] estimate(Inputs inputs, double lambda, int k);
}
