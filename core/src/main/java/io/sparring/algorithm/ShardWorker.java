package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.network.ActingNetwork;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import java.util.Arrays;

/**
 * One round of one shard: (θ, shard) → (gradient, statistics, shard′), a pure function. The worker itself is only a scratch
 * pad (an environment, two readers of the parameters) that saves making these anew; any worker gives the same result. Used by
 * one thread at a time.
 *
 * <p>The gradient is of the <em>sum</em> over the shard's samples: adding up the shards' gradients and dividing by the number of
 * all samples gives the gradient of the mean over the whole batch, whatever the sizes of the shards.
 *
 * <p>Where advantages are normalised over the whole batch, μ and σ are known only after all shards have acted. Since the policy
 * loss is linear in A, the shard returns three gradients, one behind the other: of the policy loss with A as it is, of the policy
 * loss with A = 1, and of the rest. {@link A2c} puts them together: ∇ = (∇_A − μ ∇_1)/σ + ∇_rest.
 */
public final class ShardWorker {
    /** Rows that go through the network at once: enough to hide the calls' cost, few enough to stay in the cache. */
    private static final int CHUNK = 1024;

    private final Configuration configuration;
    private final Architecture architecture;
    private final ActionDistribution distribution;
    private final Actor actor;
    private final double[] policyGradient;
    private final double[] valueGradient;
    private LearningNetwork learning;

    public ShardWorker(Configuration configuration) {
        this.configuration = configuration;
        Environment environment = Environments.create(
                configuration.environment().id(), configuration.environment().copiesPerShard());
        architecture = architecture(configuration, environment);
        distribution = ActionDistribution.of(environment.actionSpace());
        actor = new Actor(environment, new ActingNetwork(architecture), distribution);
        policyGradient = new double[CHUNK * distribution.outputs()];
        valueGradient = new double[CHUNK];
    }

    /** The network that a configuration describes. */
    public static Architecture architecture(Configuration configuration) {
        try (Environment environment =
                Environments.create(configuration.environment().id(), 1)) {
            return architecture(configuration, environment);
        }
    }

    /** What the outputs of its policy head mean. */
    static ActionDistribution distribution(Configuration configuration) {
        try (Environment environment =
                Environments.create(configuration.environment().id(), 1)) {
            return ActionDistribution.of(environment.actionSpace());
        }
    }

    private static Architecture architecture(Configuration configuration, Environment environment) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return new Architecture(
                configuration.network().kind(),
                configuration.network().hidden(),
                configuration.network().activation(),
                environment.observationSpace().size(),
                distribution.outputs(),
                distribution.freeParameters());
    }

    /** The round. Neither argument is changed. */
    public ShardUpdate round(float[] parameters, Shard shard) {
        Configuration.A2c options = configuration.a2c();

        Actor.Result acted = actor.act(parameters, shard, options.gamma(), options.rolloutLength());
        long start = System.nanoTime();

        Rollout rollout = acted.rollout();
        double[] advantages =
                options.advantage().estimate(rollout.advantageInputs(), options.gaeLambda(), options.advantageSteps());
        Targets targets = Targets.of(advantages, rollout);
        double[] returns = targets.returns();

        double alpha = options.valueWeight();
        double beta = options.entropyWeight();
        float[] gradient;
        ActorCriticLoss.Sums losses;
        if (options.normalizeAdvantages()) {
            double[] ones = new double[advantages.length];
            Arrays.fill(ones, 1);
            int count = architecture.parameterCount();
            gradient = new float[3 * count];
            losses = learn(parameters, rollout, advantages, returns, weights(1, 0, 0), gradient, 0);
            learn(parameters, rollout, ones, returns, weights(1, 0, 0), gradient, count);
            learn(parameters, rollout, advantages, returns, weights(0, alpha, beta), gradient, 2 * count);
        } else {
            gradient = new float[architecture.parameterCount()];
            losses = learn(parameters, rollout, advantages, returns, weights(1, alpha, beta), gradient, 0);
        }

        ShardStatistics statistics = ShardStatistics.of(
                shard.index(), acted, isFinite(gradient), losses, targets, System.nanoTime() - start);
        return new ShardUpdate(gradient, statistics, acted.next());
    }

    private static ActorCriticLoss.Weights weights(double policy, double value, double entropy) {
        return new ActorCriticLoss.Weights(policy, value, entropy);
    }

    /** Acts from where {@code shard} stands; see {@link Actor#act}. */
    Actor.Result act(float[] parameters, Shard shard, double gamma, int steps) {
        return actor.act(parameters, shard, gamma, steps);
    }

    /** Writes the gradient of the loss's sum over the rollout to {@code gradient}, from {@code at} on. */
    ActorCriticLoss.Sums learn(
            float[] parameters,
            Rollout rollout,
            double[] advantages,
            double[] returns,
            ActorCriticLoss.Weights weights,
            float[] gradient,
            int at) {
        int count = architecture.parameterCount();
        double[] sum = new double[count];
        double[] free = freeParameters(parameters);
        double[] freeGradient = new double[free.length];
        ActorCriticLoss.Sums losses = ActorCriticLoss.Sums.NONE;
        LearningNetwork network = learningNetwork();
        network.setParameters(parameters);
        for (int from = 0; from < rollout.samples(); from += CHUNK) {
            int rows = Math.min(CHUNK, rollout.samples() - from);
            network.forward(rollout.observations(), from * architecture.observationSize(), rows);
            losses = losses.plus(ActorCriticLoss.gradient(
                    distribution,
                    network.policyOutputs(),
                    free,
                    network.values(),
                    rollout.actions(),
                    advantages,
                    returns,
                    from,
                    rows,
                    1,
                    weights,
                    policyGradient,
                    valueGradient,
                    freeGradient));
            network.backward(policyGradient, valueGradient, sum);
        }
        System.arraycopy(freeGradient, 0, sum, count - free.length, free.length);
        for (int i = 0; i < count; i++) {
            gradient[at + i] = (float) sum[i];
        }
        return losses;
    }

    /** Made on first use: acting can begin while the native library is still being loaded. */
    private LearningNetwork learningNetwork() {
        if (learning == null) {
            learning = new LearningNetwork(architecture, CHUNK);
        }
        return learning;
    }

    private double[] freeParameters(float[] parameters) {
        double[] free = new double[distribution.freeParameters()];
        for (int i = 0; i < free.length; i++) {
            free[i] = parameters[parameters.length - free.length + i];
        }
        return free;
    }

    private static boolean isFinite(float[] gradient) {
        for (float element : gradient) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }
}
