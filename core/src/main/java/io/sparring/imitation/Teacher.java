package io.sparring.imitation;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Pretrain;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Past;
import io.sparring.network.RunningMoments;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import java.io.Serializable;

/**
 * What an actor and a critic are to learn from logged episodes, and how well they know it, by a model that may be half taught:
 *
 * <pre>
 *   R_t = r_t + γ R_{t+1}                                    monte-carlo
 *   R_t = r_t + γ ((1 − λ) V(s_{t+1}) + λ R_{t+1})           td-lambda
 *   w_t = min(exp((R_t − V(s_t) − μ)/(σ β)), w_max)          advantage-weighted (Peng et al. 2019), 1 for cloning
 * </pre>
 *
 * <p>After a last step that ended the episode for good nothing comes. After any other, R of that step is V(s) itself: the log does not have
 * what the environment showed after it.
 *
 * <p>Used by one thread at a time.
 */
public final class Teacher {
    private static final int CHUNK = 1024;
    /** A policy that never errs in the log must be able to explore: no deviation is smaller. */
    private static final double LEAST_DEVIATION = 0.05;

    private final Pretrain options;
    private final double gamma;
    private final Model model;
    private final Network network;
    private final ActionDistribution distribution;
    private final Space space;
    private final Spread advantages;

    /**
     * How R − V lies over all rows.
     *
     * @param mean μ
     * @param deviation σ; 0: not known, and every action counts 1
     */
    public record Spread(double mean, double deviation) implements Serializable {
        /** Where it is not known. */
        public static final Spread NONE = new Spread(0, 0);
    }

    /** @param advantages by a model so far */
    public Teacher(Configuration configuration, EnvironmentSpec environment, Model model, Spread advantages) {
        options = configuration.pretrain();
        gamma = configuration.learning().gamma();
        this.model = model;
        this.advantages = advantages;
        network = new Network(model.architecture());
        network.setModel(model);
        distribution = configuration.network().distribution(environment);
        space = environment.actionSpace();
    }

    /** The normaliser of what these rows show and earn, of the sizes of the model's. */
    public Normalizer seen(LoggedEpisode episode) {
        Normalizer normalizer = model.normalizer();
        RunningMoments returns = RunningMoments.none(normalizer.returns().size());
        if (normalizer.normalizesRewards()) {
            double[] soFar = new double[episode.steps()];
            for (int t = 0; t < soFar.length; t++) {
                soFar[t] = episode.rewards()[t] + (t == 0 ? 0 : gamma * soFar[t - 1]);
            }
            returns = RunningMoments.of(soFar);
        }
        return new Normalizer(
                RunningMoments.of(
                        episode.observations(), normalizer.observations().size()),
                returns);
    }

    /** What is to be learned from an episode. */
    public Lesson lesson(LoggedEpisode episode) {
        Seen seen = new Seen(episode);
        float[] targets = new float[episode.steps()];
        float[] weights = new float[options.method() == Pretrain.Method.CLONING ? 0 : targets.length];
        for (int t = 0; t < targets.length; t++) {
            targets[t] = (float) seen.targets[t];
            if (weights.length > 0) {
                weights[t] = (float) weight(seen.targets[t] - seen.values[t]);
            }
        }
        return new Lesson(episode.observations(), episode.actions(), episode.allowed(), weights, targets);
    }

    private double weight(double advantage) {
        if (options.method() == Pretrain.Method.CLONING || advantages.deviation() == 0) {
            return 1;
        }
        double standard = (advantage - advantages.mean()) / advantages.deviation();
        return Math.min(StrictMath.exp(standard / options.temperature()), options.maxWeight());
    }

    /** How well the model knows an episode. */
    public Score score(LoggedEpisode episode) {
        return new Seen(episode).score;
    }

    /**
     * Parameters whose log σ is what the actions' distances from the means say, where log σ depends on nothing else.
     *
     * @param score of the model on what it has learned from
     */
    public static float[] withDeviations(Model model, ActionDistribution distribution, Score score) {
        float[] parameters = model.parameters().clone();
        int free = distribution.freeParameters();
        if (free == 0 || free != score.residuals().length) {
            return parameters;
        }
        for (int i = 0; i < free; i++) {
            double deviation = Math.sqrt(score.residuals()[i] / score.weight());
            parameters[parameters.length - free + i] = (float) StrictMath.log(Math.max(LEAST_DEVIATION, deviation));
        }
        return parameters;
    }

    /** An episode as the model sees it. */
    private final class Seen {
        private final double[] values;
        private final double[] targets;
        private final Score score;

        Seen(LoggedEpisode episode) {
            int steps = episode.steps();
            values = new double[steps];
            double[] logProbabilities = new double[steps];
            double agreed = 0;
            double[] distances = new double[space instanceof Space.Box ? steps * distribution.actionSize() : 0];
            int observed = episode.observations().length() / steps;
            double[] free = distribution.prepare(model.freeParameters());
            double[] row = new double[distribution.outputs() + distribution.features()];
            for (int from = 0; from < steps; from += CHUNK) {
                int rows = Math.min(CHUNK, steps - from);
                network.forward(episode.observations(), from * observed, rows, Past.NONE);
                Batch outputs = network.policyOutputs();
                Masks.apply(outputs, episode.allowed(), from);
                PolicyBatch policy = PolicyBatch.of(network, free);
                for (int i = 0; i < rows; i++) {
                    values[from + i] = network.values().get(0, i);
                    policy.read(i, row);
                    int at = (from + i) * distribution.actionSize();
                    logProbabilities[from + i] = distribution.logProbability(row, 0, free, episode.actions(), at);
                    agreed += agreed(outputs, i, episode.actions(), at, distances);
                }
            }
            targets = targets(episode);
            score = score(logProbabilities, agreed, distances);
        }

        /** Which share of the choices are alike; of numbers it keeps the squared distances. */
        private double agreed(Batch outputs, int row, float[] actions, int at, double[] distances) {
            float[] likeliest = new float[distribution.actionSize()];
            distribution.mode(outputs, row, likeliest, 0);
            int same = 0;
            for (int i = 0; i < likeliest.length; i++) {
                if (distances.length > 0) {
                    double distance = actions[at + i] - outputs.get(i, row);
                    distances[at + i] = distance * distance;
                }
                same += actions[at + i] == likeliest[i] ? 1 : 0;
            }
            return (double) same / likeliest.length;
        }

        private double[] targets(LoggedEpisode episode) {
            double[] result = new double[episode.steps()];
            int last = result.length - 1;
            boolean bootstraps = options.critic() == Pretrain.Critic.TD_LAMBDA;
            for (int t = last; t >= 0; t--) {
                double reward = model.normalizer().reward(episode.rewards()[t]);
                if (t == last) {
                    result[t] = episode.terminated() ? reward : values[t];
                } else {
                    double next = bootstraps
                            ? (1 - options.lambda()) * values[t + 1] + options.lambda() * result[t + 1]
                            : result[t + 1];
                    result[t] = reward + gamma * next;
                }
            }
            return result;
        }

        private Score score(double[] logProbabilities, double agreed, double[] distances) {
            double[] residuals = new double[distances.length / logProbabilities.length];
            double weight = 0;
            double loss = 0;
            double errors = 0;
            double squaredErrors = 0;
            double sum = 0;
            double squares = 0;
            for (int t = 0; t < values.length; t++) {
                double error = targets[t] - values[t];
                double counts = weight(error);
                weight += counts;
                loss -= counts * logProbabilities[t];
                for (int i = 0; i < residuals.length; i++) {
                    residuals[i] += counts * distances[t * residuals.length + i];
                }
                errors += error;
                squaredErrors += error * error;
                sum += targets[t];
                squares += targets[t] * targets[t];
            }
            return new Score(values.length, weight, loss, agreed, residuals, errors, squaredErrors, sum, squares);
        }
    }
}
