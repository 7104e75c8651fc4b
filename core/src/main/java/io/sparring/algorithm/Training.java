package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Policy;
import java.util.List;

/**
 * A training from its first parameters to its result: the front door for commands, sweeps, tests, and those who use Sparring as a
 * library. Nothing of it is shared with other trainings: any number may run in one JVM, one after the other or at once.
 *
 * <p>Immutable and thread-safe; every {@link #run} is a training of its own.
 */
public final class Training {
    private final Configuration configuration;
    private final EnvironmentSource source;

    private Training(Configuration configuration, EnvironmentSource source) {
        this.configuration = configuration;
        this.source = source;
    }

    /**
     * In a registered environment.
     *
     * @throws io.sparring.configuration.InvalidConfiguration if there is none of that name, or its options are wrong
     */
    public static Training of(Configuration configuration) {
        return of(configuration, configuration.environment().resolve());
    }

    /** In this environment, whatever the configuration calls it. */
    public static Training of(Configuration configuration, EnvironmentSource source) {
        return new Training(configuration, source);
    }

    /** Where it begins: first parameters, first episodes. */
    public TrainingState start() {
        return TrainingState.first(configuration, source);
    }

    /** From the beginning, in this JVM, with nobody listening. */
    public TrainingResult run() throws InterruptedException {
        return run(start(), Backend.LOCAL, new TrainingListener() {});
    }

    /**
     * Trains until the budget is used up or the target is reached.
     *
     * @param from where to go on
     * @param backend where it is computed; it changes no bit of what {@link Strategy#inRounds} promises them for
     * @throws TrainingFailed if it cannot go on
     */
    public TrainingResult run(TrainingState from, Backend backend, TrainingListener listener)
            throws InterruptedException {
        return Strategy.of(configuration).train(configuration, source, from, backend, listener);
    }

    /**
     * Plays fresh episodes with fixed parameters, the same ones each time.
     *
     * @param greedy whether the likeliest action is taken; otherwise actions are sampled
     */
    public List<Episode> evaluate(TrainingState state, int episodes, boolean greedy) {
        return new Evaluator(configuration, source)
                .play(state.model(), state.counters().envSteps(), 0, episodes, greedy);
    }

    /** What was learned, for acting. */
    public Policy policy(TrainingState state) {
        return new Policy(state.model(), source.spec().actionSpace());
    }
}
