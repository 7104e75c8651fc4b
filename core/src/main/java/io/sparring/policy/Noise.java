package io.sparring.policy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How actions of a box are spread around the policy's means. */
public enum Noise {
    /** As much in every state, and drawn anew at every step. */
    @JsonProperty("gaussian")
    GAUSSIAN,
    /** As much as the state asks for, and the same function of the state for several steps (Raffin et al. 2021). */
    @JsonProperty("gsde")
    GSDE;

    /** What is added to every variance of {@link #GSDE}: Stable-Baselines3's {@code epsilon}. */
    public static final double EPSILON = 1e-6;
}
