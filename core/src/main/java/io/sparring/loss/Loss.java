package io.sparring.loss;

import io.sparring.network.Batch;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;

/** A loss over samples: its sum over a batch of them, and the gradient of that with respect to the network's outputs. A new one is a file of its own. */
public interface Loss {

    /** Whether it depends on the policy's outputs. */
    boolean asksPolicy();

    /** Whether it depends on the values. */
    boolean asksValue();

    /** That over some of the samples, in this order. */
    Loss of(Chosen chosen);

    /**
     * The loss of a batch of rows and its gradient.
     *
     * @param distribution what the policy's outputs mean
     * @param policy what describes the distributions
     * @param values V(s), one feature
     * @param from which sample the batch's first row is
     * @param policyGradient receives ∂L/∂policy outputs
     * @param valueGradient receives ∂L/∂V, as {@code values}
     * @param freeGradient ∂L/∂free is added to it
     * @return the sums of the terms, unweighted
     */
    Sums gradient(
            ActionDistribution distribution,
            PolicyBatch policy,
            Batch values,
            int from,
            Batch policyGradient,
            Batch valueGradient,
            double[] freeGradient);
}
