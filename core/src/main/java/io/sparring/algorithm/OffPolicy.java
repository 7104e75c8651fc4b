package io.sparring.algorithm;

import io.sparring.advantage.Advantages;
import io.sparring.configuration.Configuration;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.rollout.Rollout;

/**
 * The advantages of a rollout under another model than the one that acted: V-trace, with π and V by the model whose
 * gradient is taken. Only where an episode was truncated the bootstrap stays that of the acting critic, since the rollout does
 * not hold final observations. Used by one thread at a time.
 */
final class OffPolicy {
    private final ActionDistribution distribution;
    private final Network network;

    OffPolicy(Architecture architecture, ActionDistribution distribution) {
        this.distribution = distribution;
        network = new Network(architecture);
    }

    /**
     * @param acted the model that acted, μ
     * @param learning the model whose gradient is taken, π and V
     * @param following the observations after the rollout's last step
     */
    Targets vTrace(Model acted, Model learning, Rollout rollout, Observations following, Configuration.A3c options) {
        int samples = rollout.samples();
        double[] logRatios = new double[samples];
        double[] values = new double[samples];
        addLogProbabilities(acted, rollout, -1, logRatios, values);
        addLogProbabilities(learning, rollout, 1, logRatios, values);

        int copies = rollout.environments();
        network.forward(
                following, 0, copies, after(rollout, learning.architecture().stateSize()));
        double[] nextValues = rollout.nextValues().clone();
        for (int i = 0; i < samples; i++) {
            if (rollout.continues()[i] != 0) {
                int next = i + copies;
                nextValues[i] = next < samples ? values[next] : network.values().get(0, next - samples);
            }
        }
        Advantages.VTrace trace = Advantages.vTrace(
                rollout.rewards(),
                rollout.discounts(),
                values,
                nextValues,
                rollout.continues(),
                copies,
                logRatios,
                options.rhoBar(),
                options.cBar(),
                options.learning().gaeLambda());
        return new Targets(trace.advantages(), trace.targets(), values);
    }

    /** What the network that has just gone through a rollout remembers behind it. An episode that ended there counts no more. */
    private Past after(Rollout rollout, int stateSize) {
        if (stateSize == 0) {
            return Past.NONE;
        }
        float[] states = new float[rollout.environments() * stateSize];
        network.remember(states, 0);
        return Past.before(states, rollout.environments());
    }

    /** Leaves the network at this model, behind the rollout. */
    private void addLogProbabilities(Model model, Rollout rollout, int sign, double[] logRatios, double[] values) {
        network.setModel(model);
        network.forward(rollout.observations(), 0, rollout.samples(), rollout.past());
        Masks.apply(network.policyOutputs(), rollout.allowed(), 0);
        PolicyBatch policy = PolicyBatch.of(network, distribution.prepare(model.freeParameters()));
        double[] outputs = new double[distribution.outputs() + distribution.features()];
        for (int i = 0; i < rollout.samples(); i++) {
            policy.read(i, outputs);
            logRatios[i] += sign
                    * distribution.logProbability(
                            outputs, 0, policy.free(), rollout.actions(), i * distribution.actionSize());
            values[i] = network.values().get(0, i);
        }
    }
}
