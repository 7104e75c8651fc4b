package io.sparring.policy;

import io.sparring.network.Batch;
import io.sparring.network.LearningNetwork;

/**
 * What describes the distributions of a batch of states. The batches are the network's: they hold what its last forward pass has computed.
 *
 * @param outputs the policy head's
 * @param features what the policy head stands on, rows of the same states
 * @param free the free parameters, {@link ActionDistribution#prepare prepared}
 */
public record PolicyBatch(Batch outputs, Batch features, double[] free) {

    /** As a network has it. */
    public static PolicyBatch of(LearningNetwork network, double[] free) {
        return new PolicyBatch(network.policyOutputs(), network.policyFeatures(), free);
    }

    /** Of distributions that have no features. */
    public static PolicyBatch of(Batch outputs, double... free) {
        return new PolicyBatch(outputs, new Batch(0), free);
    }

    /**
     * Gathers what describes one state's distribution, as {@link ActionDistribution#logProbability} and others take it.
     *
     * @param row which state
     * @param into receives the outputs, and behind them the features where there is room
     */
    public void read(int row, double[] into) {
        int behind = outputs.features();
        for (int i = 0; i < into.length; i++) {
            into[i] = i < behind ? outputs.get(i, row) : features.get(i - behind, row);
        }
    }
}
