package io.sparring.algorithm;

import io.sparring.advantage.Advantages;
import io.sparring.configuration.Configuration;
import io.sparring.network.ActingNetwork;
import io.sparring.network.Architecture;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Rollout;
import java.util.Arrays;

/**
 * The advantages of a rollout under other parameters than those that acted: V-trace, with π and V by the parameters whose
 * gradient is taken. Only where an episode was truncated the bootstrap stays that of the acting critic, since the rollout does
 * not hold final observations. Used by one thread at a time.
 */
final class OffPolicy {
    private final ActionDistribution distribution;
    private final ActingNetwork network;

    OffPolicy(Architecture architecture, ActionDistribution distribution) {
        this.distribution = distribution;
        network = new ActingNetwork(architecture);
    }

    /**
     * @param acted the parameters that acted, μ
     * @param learning the parameters whose gradient is taken, π and V
     * @param following the observations after the rollout's last step
     */
    Targets vTrace(float[] acted, float[] learning, Rollout rollout, float[] following, Configuration.A3c options) {
        int samples = rollout.samples();
        double[] logRatios = new double[samples];
        float[] values = new float[samples];
        addLogProbabilities(acted, rollout, -1, logRatios, values);
        addLogProbabilities(learning, rollout, 1, logRatios, values);

        int copies = rollout.environments();
        float[] last = new float[copies];
        network.forward(following, copies, new float[copies * distribution.outputs()], last);
        double[] nextValues = rollout.nextValues().clone();
        for (int i = 0; i < samples; i++) {
            if (rollout.continues()[i] != 0) {
                int next = i + copies;
                nextValues[i] = next < samples ? values[next] : last[next - samples];
            }
        }
        double[] learned = toDoubles(values);
        Advantages.VTrace trace = Advantages.vTrace(
                rollout.rewards(),
                rollout.discounts(),
                learned,
                nextValues,
                rollout.continues(),
                copies,
                logRatios,
                options.rhoBar(),
                options.cBar(),
                options.gaeLambda());
        return new Targets(trace.advantages(), trace.targets(), learned);
    }

    /** Leaves the network at these parameters. */
    private void addLogProbabilities(
            float[] parameters, Rollout rollout, int sign, double[] logRatios, float[] values) {
        int samples = rollout.samples();
        float[] policy = new float[samples * distribution.outputs()];
        network.setParameters(parameters);
        network.forward(rollout.observations(), samples, policy, values);
        double[] outputs = toDoubles(policy);
        double[] free = toDoubles(
                Arrays.copyOfRange(parameters, parameters.length - distribution.freeParameters(), parameters.length));
        for (int i = 0; i < samples; i++) {
            logRatios[i] += sign
                    * distribution.logProbability(
                            outputs,
                            i * distribution.outputs(),
                            free,
                            rollout.actions(),
                            i * distribution.actionSize());
        }
    }

    private static double[] toDoubles(float[] elements) {
        double[] doubles = new double[elements.length];
        for (int i = 0; i < elements.length; i++) {
            doubles[i] = elements[i];
        }
        return doubles;
    }
}
