package io.sparring.optimizer;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the learning rate changes over a run. */
public enum Schedule {
    /** It does not. */
    @JsonProperty("constant")
    CONSTANT {
        @Override
        public double factor(double progress) {
            return 1;
        }
    },
    /** In a straight line down to 0. */
    @JsonProperty("linear")
    LINEAR {
        @Override
        public double factor(double progress) {
            return Math.max(0, 1 - progress);
        }
    };

    /**
     * What the learning rate is multiplied by.
     *
     * @param progress the share of the schedule that has passed, from 0; 1 and more: its end
     */
    public abstract double factor(double progress);
}
