package io.sparring.algorithm;

import io.sparring.Returns;
import io.sparring.configuration.Configuration;
import io.sparring.environment.CannotDraw;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.film.Film;
import io.sparring.film.Recording;
import io.sparring.network.Model;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import io.sparring.rollout.LoggedStep;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/** Plays a range of an evaluation's episodes: what one task of an evaluation does. */
public final class Evaluator implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Configuration configuration;
    private final EnvironmentSource source;

    /** @param source the run's environment; see {@link Configuration#evaluationSource} */
    public Evaluator(Configuration configuration, EnvironmentSource source) {
        this.configuration = configuration;
        this.source = configuration.evaluationSource(source);
    }

    /**
     * Episodes {@code first} … {@code first + episodes} − 1 of evaluation {@code index}, in order.
     *
     * @throws IllegalArgumentException if it is the model of another network than the configuration has in this environment
     */
    public List<Episode> play(Model model, long index, int first, int episodes, boolean greedy) {
        return play(model, index, first, episodes, greedy, null);
    }

    /**
     * The same with somebody who writes down every step.
     *
     * @param log whom the evaluation's episodes are numbered for; null: nobody
     */
    public List<Episode> play(
            Model model, long index, int first, int episodes, boolean greedy, Consumer<LoggedStep> log) {
        model.requireOf(ShardWorker.architecture(configuration, source.spec()));
        try (Environment environment = source.create(episodes)) {
            ActionDistribution distribution = configuration.network().distribution(source.spec());
            return List.of(Evaluation.play(
                    environment,
                    distribution,
                    model,
                    configuration.seed(),
                    index,
                    first,
                    greedy,
                    (steps, over) -> {},
                    log));
        }
    }

    /**
     * Films one episode of evaluation {@code index}: the same that {@link #play} plays, beside it and in an environment of its own, so that
     * the evaluation knows nothing of it.
     *
     * @param keepAll whether all frames are asked for, besides the GIF
     * @throws CannotDraw if the environment cannot be drawn here
     */
    public Recording film(Model model, long index, int episode, boolean greedy, boolean keepAll) {
        model.requireOf(ShardWorker.architecture(configuration, source.spec()));
        String id = source.spec().id();
        try (Environment environment = source.create(1)) {
            Film film =
                    new Film(environment.drawing().orElseThrow(() -> new CannotDraw(id + " has no drawing")), keepAll);
            ActionDistribution distribution = configuration.network().distribution(source.spec());
            Episode played = Evaluation.play(
                    environment, distribution, model, configuration.seed(), index, episode, greedy, film)[0];
            return film.recording(
                    played,
                    id + ", seed " + configuration.seed() + ", episode " + episode + " of the evaluation: "
                            + played.length() + " steps, return " + Returns.text(played.totalReward()));
        }
    }
}
