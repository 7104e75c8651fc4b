package io.sparring.optimizer;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The optimisers by name; see {@link UpdateRule}. */
public enum OptimizerKind {
    /** {@link UpdateRule.RmsProp}, in PyTorch's form. */
    @JsonProperty("rmsprop")
    RMSPROP,
    /** {@link UpdateRule.RmsProp}, in TensorFlow's form. */
    @JsonProperty("rmsprop-tf")
    RMSPROP_TF,
    /** {@link UpdateRule.Adam}. */
    @JsonProperty("adam")
    ADAM,
    /** {@link UpdateRule.Sgd}. */
    @JsonProperty("sgd")
    SGD
}
