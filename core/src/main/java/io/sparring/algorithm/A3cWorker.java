package io.sparring.algorithm;

import io.sparring.advantage.Advantages;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Correction;
import io.sparring.environment.EnvironmentSource;
import io.sparring.format.Unreadable;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.loss.Sums;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.parameterserver.Build;
import io.sparring.parameterserver.Merging;
import io.sparring.parameterserver.Outcome;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.ParameterServerClient.Pulled;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import io.sparring.rollout.Trajectory;
import java.io.IOException;
import java.util.List;

/**
 * One agent of asynchronous advantage actor-critic (Mnih et al. 2016, algorithm S3, with the pushes of {@link Merging}), which
 * waits for nobody:
 *
 * <pre>
 *   1. copy the global θ, φ to θ′, φ′
 *   2. repeat: (a) act k steps with θ′, φ′
 *              (b) compute the advantages A and ∇(L_π + α L_V − β H)
 *              (c) take one or more gradient steps on θ′, φ′
 *              (d) push to the global network
 *              (e) pull the global network into θ′, φ′
 *   3. until the server says that it is enough
 * </pre>
 *
 * <p>Used by one thread at a time, and closed by whoever made it.
 */
public final class A3cWorker implements AutoCloseable {
    private final Configuration configuration;
    private final Configuration.A3c options;
    private final Configuration.Learning learning;
    private final int index;
    private final ParameterServerClient server;
    private final Architecture architecture;
    private final ShardWorker scratch;
    private final OffPolicy offPolicy;

    private Optimizer optimizer;
    private Shard shard;
    /** What the server said last; its parameters are what θ′ started from. */
    private Pulled global;
    /** θ′, φ′. */
    private Model local;

    /**
     * @param source of its environments
     * @param index which worker, from 0
     * @param server as this worker reaches it
     * @param logs whether pushes tell what was acted
     */
    public A3cWorker(
            Configuration configuration,
            EnvironmentSource source,
            int index,
            ParameterServerClient server,
            boolean logs) {
        this(configuration, source, index, server, new ShardWorker(configuration, source, logs));
    }

    /** The same with a scratch pad that others may have, too: who made it closes it, and then not this. */
    A3cWorker(
            Configuration configuration,
            EnvironmentSource source,
            int index,
            ParameterServerClient server,
            ShardWorker scratch) {
        this.configuration = configuration;
        this.index = index;
        this.server = server;
        options = configuration.a3c();
        learning = options.learning();
        architecture = ShardWorker.architecture(configuration, source.spec());
        this.scratch = scratch;
        offPolicy = new OffPolicy(architecture, configuration.network().distribution(source.spec()));
        optimizer = new Optimizer(configuration.optimizer().rule(), architecture.parameterCount());
    }

    /**
     * Works until the server says that it is enough.
     *
     * @throws ParameterServerClient.Refused if the server wants no more of this worker
     * @throws IOException if the server cannot be reached
     */
    public void run() throws IOException, InterruptedException {
        start();
        while (step()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Step 1: θ′ ← θ; where this worker had a life before, it goes on from what that left. */
    void start() throws IOException, InterruptedException {
        global = server.hello(Build.fingerprint(), architecture.parameterCount());
        local = new Model(architecture, global.parameters(), global.normalizer());
        if (global.snapshot().length > 0) {
            WorkerSnapshot left = left(global.snapshot());
            shard = left.shard();
            optimizer.restore(left.optimizerState(), left.optimizerSteps());
        } else {
            shard = scratch.first(index);
        }
    }

    /** After {@link #start}: stands where it stood. */
    void goOn(WorkerPosition position) {
        global = global.at(position.envSteps());
        local = new Model(architecture, position.local(), position.normalizer());
    }

    /** Leaves what it has with the server, and says where it stands. */
    WorkerPosition pause(ParameterServer.Given given) throws IOException, InterruptedException {
        server.goodbye(snapshot());
        return new WorkerPosition(
                given.parameters(), local.parameters(), local.normalizer(), given.behind(), global.envSteps());
    }

    private WorkerSnapshot left(byte[] snapshot) throws IOException {
        try {
            return WorkerSnapshot.decode(snapshot);
        } catch (Unreadable e) {
            throw new IOException("what worker " + index + " left behind cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Steps 2 (a) to (e), once.
     *
     * @return whether to go on
     */
    boolean step() throws IOException, InterruptedException {
        if (global.finished()) {
            server.goodbye(snapshot());
            return false;
        }
        Model acted = local;
        Actor.Result result = options.correction() == Correction.V_TRACE
                ? scratch.act(acted, shard, learning)
                : scratch.actToLearn(acted, shard, learning); // (a)
        Rollout rollout = result.rollout();
        Trajectory trajectory = scratch.trajectory(acted, shard, result);
        shard = result.next();
        long start = System.nanoTime();
        long waited = 0;
        if (options.correction() == Correction.V_TRACE) {
            global = server.pull();
            local = local.with(global.parameters()).with(global.normalizer());
            waited = System.nanoTime() - start;
        }

        Targets targets = null;
        Sums losses = null;
        float[] gradient = new float[architecture.parameterCount()];
        double gradientNorm = Double.NaN;
        boolean finite = true;
        for (int i = 0; i < options.localSteps() && finite; i++) {
            if (targets == null || options.correction() == Correction.V_TRACE) {
                targets = targets(acted, rollout); // (b)
            }
            losses = scratch.learn(
                    local,
                    rollout.observations(),
                    rollout.allowed(),
                    rollout.past(),
                    List.of(new ActorCriticLoss(
                            rollout.actions(),
                            targets.advantages(),
                            targets.returns(),
                            learning.weights(configuration.progress(global.envSteps())))),
                    gradient);
            average(gradient, rollout.samples());
            gradientNorm = GlobalNorm.clip(gradient, learning.maxGradientNorm());
            finite = Double.isFinite(gradientNorm) && result.normalization().finite();
            if (finite && options.merge() != Merging.GRADIENTS) {
                double learningRate = configuration.learningRate(global.envSteps());
                local = local.with(optimizer.step(local.parameters(), gradient, learningRate)); // (c)
            }
        }

        ShardStatistics statistics = ShardStatistics.of(
                index, result, finite, losses, targets, System.nanoTime() - start - waited, scratch.disturbances());
        float[] vector = !finite ? new float[0] : options.merge() == Merging.GRADIENTS ? gradient : local.parameters();
        global = server.push( // (d)
                rollout.samples(),
                vector,
                result.seen(),
                new WorkerReport(statistics, gradientNorm, trajectory).encode(),
                global.snapshotWanted() ? snapshot() : new byte[0]);
        local = local.with( // (e)
                        options.merge() == Merging.ELASTIC && global.outcome() == Outcome.APPLIED
                                ? minus(local.parameters(), global.parameters())
                                : global.parameters())
                .with(global.normalizer());
        if (global.outcome() == Outcome.NOT_FINITE) {
            // What is not finite would stay in its moving averages for ever.
            optimizer = new Optimizer(configuration.optimizer().rule(), architecture.parameterCount());
        }
        return true;
    }

    private Targets targets(Model acted, Rollout rollout) {
        if (options.correction() == Correction.V_TRACE) {
            return offPolicy.vTrace(acted, local, rollout, shard.observations(), options);
        }
        double[] advantages = Advantages.gae(
                rollout.rewards(),
                rollout.discounts(),
                rollout.values(),
                rollout.nextValues(),
                rollout.continues(),
                rollout.environments(),
                learning.gaeLambda());
        return Targets.of(advantages, rollout);
    }

    private static void average(float[] sum, int samples) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= samples;
        }
    }

    private static float[] minus(float[] local, float[] difference) {
        float[] moved = new float[local.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = local[i] - difference[i];
        }
        return moved;
    }

    @Override
    public void close() {
        scratch.close();
    }

    private byte[] snapshot() {
        // Where the server takes the steps, the statistics are its own.
        float[] optimizerState = options.merge() == Merging.GRADIENTS ? new float[0] : optimizer.state();
        return new WorkerSnapshot(shard, optimizerState, optimizer.steps()).encode();
    }
}
