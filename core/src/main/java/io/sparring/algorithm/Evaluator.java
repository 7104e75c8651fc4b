package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import java.io.Serializable;
import java.util.List;

/** Plays a range of an evaluation's episodes: what one task of an evaluation does. */
public final class Evaluator implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Configuration configuration;
    private final EnvironmentSource source;

    public Evaluator(Configuration configuration, EnvironmentSource source) {
        this.configuration = configuration;
        this.source = source;
    }

    /**
     * Episodes {@code first} … {@code first + episodes} − 1 of evaluation {@code index}, in order.
     *
     * @throws IllegalArgumentException if it is the model of another network than the configuration has in this environment
     */
    public List<Episode> play(Model model, long index, int first, int episodes, boolean greedy) {
        model.requireOf(ShardWorker.architecture(configuration, source.spec()));
        try (Environment environment = source.create(episodes)) {
            ActionDistribution distribution = configuration.network().distribution(source.spec());
            return List.of(
                    Evaluation.play(environment, distribution, model, configuration.seed(), index, first, greedy));
        }
    }
}
