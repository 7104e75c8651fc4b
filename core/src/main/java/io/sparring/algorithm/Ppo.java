package io.sparring.algorithm;

import io.sparring.advantage.Advantages;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Averaging;
import io.sparring.loss.ActorCriticLoss.Weights;
import io.sparring.loss.ClippedLoss;
import io.sparring.loss.Sums;
import io.sparring.network.Model;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import io.sparring.rollout.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.sampling.PermutationSampler;

/**
 * Proximal policy optimisation (Schulman et al. 2017) in rounds:
 *
 * <pre>
 *   1. initialise θ, φ; make N shards of environments
 *   2. repeat: (a) every shard acts with the same θ, φ for k steps, (b) and computes A
 *              (c) E times: every shard cuts its samples at random into M parts, and for each m, with what is now θ, φ:
 *                  (d) ∇ of the clipped loss over all shards' m-th parts, A normalised over them
 *                  (e) one optimiser step on θ, φ
 *   3. until the budget is used up or the target is reached
 * </pre>
 *
 * <p>With {@link Averaging#GRADIENTS} (d) is a job of its own, and all of it what one process with all samples would compute. With {@link Averaging#PARAMETERS}
 * each shard does (c) to (e) with its own samples alone, all from the same start, and θ, φ and the optimiser's moving averages are averaged over the
 * shards afterwards: one job a round instead of E × M + 1.
 *
 * <p>With E = M = 1, no normalisation and gradients averaged it is {@link A2c}, bit by bit (Huang et al. 2022, arXiv 2205.09123).
 */
public final class Ppo {
    /** Steps end where the divergence is larger than so many times the target, as in Stable-Baselines3. */
    private static final double BEYOND_TARGET = 1.5;

    private final Configuration configuration;
    private final Configuration.Ppo options;
    private final Rounds rounds;

    private Ppo(Configuration configuration, Rounds rounds) {
        this.configuration = configuration;
        this.rounds = rounds;
        options = configuration.ppo();
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param rounds stands where {@code start}'s shards stand
     * @throws TrainingFailed if more gradients were not finite than the configuration allows
     */
    public static TrainingResult train(
            Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        Ppo ppo = new Ppo(configuration, rounds);
        return Synchronous.train(
                configuration,
                start,
                rounds,
                listener,
                configuration.ppo().average() == Averaging.GRADIENTS ? ppo::roundOfGradients : ppo::roundOfParameters);
    }

    /** Step 2, all shards learning together. */
    private Synchronous.Learned roundOfGradients(Model model, Optimizer optimizer, Ledger ledger) {
        double maxNorm = options.learning().maxGradientNorm();
        double learningRate = configuration.learningRate(ledger.envSteps());
        double progress = configuration.progress(ledger.envSteps());
        boolean warmsUp = options.learning().warmsUp(ledger.envSteps());
        RoundSum acted = rounds.run(new Act(model, ledger.round())); // (a), (b)
        ledger.countDropped(acted.statistics());
        if (acted.samples() == 0) {
            return Synchronous.Learned.of(model, acted, LocalSteps.NONE);
        }

        Model next = model;
        Sums losses = Sums.NONE;
        long nanos = 0;
        LocalSteps steps = LocalSteps.NONE;
        for (int step = 0; step < options.epochs() * options.minibatches(); step++) { // (c)
            Moments advantages =
                    options.normalizeAdvantages() ? acted.minibatches().get(step) : null;
            Minibatch minibatch = new Minibatch(next, ledger.round(), step, advantages, progress);
            RoundSum sum = rounds.learn(minibatch); // (d)
            ledger.countDropped(sum.statistics());
            losses = losses.plus(sum.losses());
            nanos += sum.learningNanos();
            if (isBeyond(options, sum.divergence())) {
                break;
            }
            if (sum.samples() > 0) {
                float[] gradient = A2c.average(sum, false);
                steps = steps.and(GlobalNorm.clip(gradient, maxNorm), maxNorm);
                next = A2c.learned(next, optimizer.step(next.parameters(), gradient, learningRate), warmsUp); // (e)
            }
        }
        return Synchronous.Learned.of(next, acted.plus(losses, nanos), steps);
    }

    /** Step 2, each shard learning alone. */
    private Synchronous.Learned roundOfParameters(Model model, Optimizer optimizer, Ledger ledger) {
        boolean warmsUp = options.learning().warmsUp(ledger.envSteps());
        RoundSum sum = rounds.run(new Alone(
                model,
                optimizer.state(),
                optimizer.steps(),
                ledger.round(),
                configuration.learningRate(ledger.envSteps()),
                configuration.progress(ledger.envSteps()),
                warmsUp));
        ledger.countDropped(sum.statistics());
        int shards = sum.finite();
        if (shards == 0) {
            return Synchronous.Learned.of(model, sum, LocalSteps.NONE);
        }
        float[] mean = sum.gradient();
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= shards;
        }
        int count = model.parameters().length;
        // Where shards have stopped early, the averages are as old as those of the mean of their steps.
        int steps = Math.round((float) sum.steps().count() / shards);
        optimizer.restore(Arrays.copyOfRange(mean, count, mean.length), optimizer.steps() + steps);
        // The mean of what is the same in all shards may be another number, by rounding.
        Model next = A2c.learned(model, Arrays.copyOf(mean, count), warmsUp);
        return Synchronous.Learned.of(next, sum, sum.steps());
    }

    /**
     * (a) and (b) for one shard, which keeps what it has seen to be learned from.
     *
     * @param model θ, φ
     * @param round how many were before
     */
    public record Act(Model model, long round) implements ShardTask<Shard> {
        private static final long serialVersionUID = 1L;

        @Override
        public int length() {
            return 0;
        }

        @Override
        public ShardUpdate run(ShardWorker worker, Shard shard) {
            Acted acted = Acted.by(worker, model, shard);
            long start = System.nanoTime();
            Experience experience = acted.experience();
            List<Moments> minibatches = minibatches(worker.configuration(), experience);
            ShardStatistics statistics =
                    acted.statistics(Sums.NONE, experience.finite(), System.nanoTime() - start, worker);
            return new ShardUpdate(
                    new float[0],
                    acted.result().seen(),
                    statistics.with(minibatches),
                    acted.result().next(),
                    experience,
                    acted.trajectory(worker, shard));
        }

        /** A of every minibatch that there will be. */
        private List<Moments> minibatches(Configuration configuration, Experience experience) {
            Configuration.Ppo options = configuration.ppo();
            List<Moments> moments = new ArrayList<>();
            if (options.normalizeAdvantages()) {
                for (int step = 0; step < options.epochs() * options.minibatches(); step++) {
                    moments.add(Moments.of(experience.advantagesOf(units(configuration, experience, round, step))));
                }
            }
            return moments;
        }
    }

    /**
     * (d) for one shard.
     *
     * @param model what is now θ, φ
     * @param round how many rounds were before
     * @param step which of the round's E × M
     * @param advantages of all shards' parts; null: they are not normalised
     * @param progress the share of the schedules that has passed
     */
    record Minibatch(Model model, long round, int step, Moments advantages, double progress)
            implements ShardTask<Experience> {
        private static final long serialVersionUID = 1L;

        @Override
        public int length() {
            return model.parameters().length;
        }

        @Override
        public ShardUpdate run(ShardWorker worker, Experience experience) {
            long start = System.nanoTime();
            float[] gradient = new float[length()];
            if (!experience.finite()) {
                // It was counted when it was acted.
                return new ShardUpdate(gradient, ShardStatistics.of(experience.shard(), Sums.NONE, true, 0, 0));
            }
            Experience part = part(worker.configuration(), experience, round, step);
            Sums sums = gradient(worker, model, part, advantages, progress, gradient);
            ShardStatistics statistics = ShardStatistics.of(
                    experience.shard(),
                    sums,
                    Synchronous.isFinite(gradient),
                    part.samples(),
                    System.nanoTime() - start);
            return new ShardUpdate(gradient, statistics);
        }
    }

    /**
     * (a) to (e) for one shard by itself.
     *
     * @param model θ, φ
     * @param optimizerState the optimiser's moving averages
     * @param optimizerSteps how many steps it took before
     * @param round how many rounds were before
     * @param learningRate of all steps
     * @param progress the share of the schedules that has passed
     * @param warmsUp whether the policy stays as it is
     */
    record Alone(
            Model model,
            float[] optimizerState,
            int optimizerSteps,
            long round,
            double learningRate,
            double progress,
            boolean warmsUp)
            implements ShardTask<Shard> {
        private static final long serialVersionUID = 1L;

        @Override
        public int length() {
            return model.parameters().length + optimizerState.length;
        }

        @Override
        public ShardUpdate run(ShardWorker worker, Shard shard) {
            Configuration.Ppo options = worker.configuration().ppo();
            double maxNorm = options.learning().maxGradientNorm();
            Acted acted = Acted.by(worker, model, shard); // (a), (b)
            long start = System.nanoTime();
            Optimizer optimizer =
                    new Optimizer(worker.configuration().optimizer().rule(), model.parameters().length);
            optimizer.restore(optimizerState, optimizerSteps);
            Model own = model;
            Sums losses = Sums.NONE;
            LocalSteps steps = LocalSteps.NONE;
            for (int step = 0; step < options.epochs() * options.minibatches(); step++) { // (c)
                Experience part = part(worker.configuration(), acted.experience(), round, step);
                Moments advantages = options.normalizeAdvantages() ? Moments.of(part.advantages()) : null;
                float[] gradient = new float[model.parameters().length];
                Sums sums = gradient(worker, own, part, advantages, progress, gradient); // (d)
                losses = losses.plus(sums);
                if (isBeyond(options, sums.divergence() / sums.samples())) {
                    break;
                }
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] /= part.samples();
                }
                steps = steps.and(GlobalNorm.clip(gradient, maxNorm), maxNorm);
                own = A2c.learned(own, optimizer.step(own.parameters(), gradient, learningRate), warmsUp); // (e)
            }
            float[] learned = Arrays.copyOf(own.parameters(), length());
            System.arraycopy(optimizer.state(), 0, learned, own.parameters().length, optimizerState.length);
            ShardStatistics statistics =
                    acted.statistics(losses, Synchronous.isFinite(learned), System.nanoTime() - start, worker);
            return new ShardUpdate(
                            learned,
                            acted.result().seen(),
                            statistics.with(steps),
                            acted.result().next())
                    .with(acted.trajectory(worker, shard));
        }
    }

    /** What came of (a) and (b). */
    private record Acted(int shard, Actor.Result result, Targets targets, Experience experience, long nanos) {
        static Acted by(ShardWorker worker, Model model, Shard shard) {
            Configuration.Learning learning = worker.configuration().ppo().learning();
            Actor.Result result = worker.act(model, shard, learning); // (a)
            long start = System.nanoTime();
            Rollout rollout = result.rollout();
            double[] advantages = Advantages.gae(
                    rollout.rewards(),
                    rollout.discounts(),
                    rollout.values(),
                    rollout.nextValues(),
                    rollout.continues(),
                    rollout.environments(),
                    learning.gaeLambda()); // (b)
            Targets targets = Targets.of(advantages, rollout);
            double[] logProbabilities = worker.logProbabilities(model, rollout);
            boolean finite = result.normalization().finite() && areFinite(advantages) && areFinite(logProbabilities);
            Experience experience = Experience.of(shard.index(), finite, rollout, targets, logProbabilities);
            return new Acted(shard.index(), result, targets, experience, System.nanoTime() - start);
        }

        /** For the log, if there is one. */
        Trajectory trajectory(ShardWorker worker, Shard before) {
            return worker.trajectory(before, result, experience.logProbabilities());
        }

        ShardStatistics statistics(Sums losses, boolean finite, long learningNanos, ShardWorker worker) {
            return ShardStatistics.of(
                    shard, result, finite, losses, targets, nanos + learningNanos, worker.disturbances());
        }
    }

    /** (c): what a shard has for one of a round's E × M steps, in the order in which it was acted; where the network has memory, all of some copies. */
    static Experience part(Configuration configuration, Experience experience, long round, int step) {
        return configuration.ppo().minibatches() == 1
                ? experience
                : experience.of(units(configuration, experience, round, step));
    }

    /** Which they are. */
    private static int[] units(Configuration configuration, Experience experience, long round, int step) {
        int minibatches = configuration.ppo().minibatches();
        int[] order = PermutationSampler.natural(experience.units());
        if (minibatches == 1) {
            return order;
        }
        long epoch = round * configuration.ppo().epochs() + step / minibatches;
        PermutationSampler.shuffle(
                Streams.of(configuration.seed(), experience.shard(), epoch, Purpose.MINIBATCHES), order);
        int size = order.length / minibatches;
        int[] chosen = Arrays.copyOfRange(order, step % minibatches * size, (step % minibatches + 1) * size);
        Arrays.sort(chosen);
        return chosen;
    }

    /** (d): the gradient of the sum over these samples. */
    private static Sums gradient(
            ShardWorker worker, Model model, Experience part, Moments moments, double progress, float[] gradient) {
        Configuration.Ppo options = worker.configuration().ppo();
        Weights weights = options.learning().weights(progress);
        ClippedLoss loss = new ClippedLoss(
                part.actions(),
                moments == null ? part.advantages() : moments.normalized(part.advantages()),
                part.returns(),
                part.logProbabilities(),
                part.values(),
                weights,
                options.clip() * options.clipSchedule().factor(progress),
                options.valueClip());
        return worker.learn(model, part.observations(), part.allowed(), part.past(), List.of(loss), gradient);
    }

    private static boolean isBeyond(Configuration.Ppo options, double divergence) {
        return options.targetKl() > 0 && divergence > BEYOND_TARGET * options.targetKl();
    }

    private static boolean areFinite(double[] numbers) {
        return Arrays.stream(numbers).allMatch(Double::isFinite);
    }
}
