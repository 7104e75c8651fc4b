package io.sparring.network;

import io.sparring.loss.ActorCriticLoss;
import io.sparring.loss.Sums;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;

/** A batch whose loss is a function of the parameters, by the network and, term by term, by {@link LiteralNetwork}. */
record LossCase(
        Architecture architecture,
        ActionDistribution distribution,
        ActorCriticLoss.Weights weights,
        float[] observations,
        float[] actions,
        double[] advantages,
        double[] returns) {

    int rows() {
        return advantages.length;
    }

    /** L by the formulas, in double precision. */
    double literalLoss(double[] parameters) {
        LiteralNetwork network = new LiteralNetwork(architecture, parameters);
        double[] free = free(parameters);
        double loss = 0;
        for (int row = 0; row < rows(); row++) {
            LiteralNetwork.Outputs outputs = network.forward(observations, row);
            double logProbability =
                    distribution.logProbability(outputs.policy(), 0, free, actions, row * distribution.actionSize());
            double error = outputs.value() - returns[row];
            loss += -weights.policy() * advantages[row] * logProbability
                    + weights.value() * 0.5 * error * error
                    - weights.entropy() * distribution.entropy(outputs.policy(), 0, free);
        }
        return loss / rows();
    }

    /**
     * L as it is learned from.
     *
     * @param gradient receives ∇L with respect to all parameters, the free ones last
     */
    double loss(LearningNetwork network, float[] parameters, double[] gradient) {
        double[] free = free(Batches.doubles(parameters));
        double[] freeGradient = new double[free.length];
        network.setModel(new Model(architecture, parameters));
        network.forward(observations, 0, rows());
        Sums sums = ActorCriticLoss.gradient(
                distribution,
                PolicyBatch.of(network, distribution.prepare(free)),
                network.values(),
                actions,
                advantages,
                returns,
                0,
                rows(),
                weights,
                network.policyGradient(),
                network.valueGradient(),
                freeGradient);
        network.backward(true, true, gradient);
        System.arraycopy(freeGradient, 0, gradient, architecture.layerParameterCount(), free.length);
        return (weights.policy() * sums.policy() + weights.value() * sums.value() - weights.entropy() * sums.entropy())
                / rows();
    }

    private double[] free(double[] parameters) {
        double[] free = new double[distribution.freeParameters()];
        System.arraycopy(parameters, architecture.layerParameterCount(), free, 0, free.length);
        return free;
    }
}
