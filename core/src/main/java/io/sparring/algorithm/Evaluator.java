package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.network.Network;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import java.io.Serializable;
import java.util.List;

/** Plays a range of an evaluation's episodes: what one task of an evaluation does. */
public final class Evaluator implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Configuration configuration;

    public Evaluator(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Episodes {@code first} … {@code first + episodes} − 1 of evaluation {@code index}, in order. */
    public List<Episode> play(float[] parameters, long index, int first, int episodes, boolean greedy) {
        try (Environment environment =
                Environments.create(configuration.environment().id(), episodes)) {
            return List.of(Evaluation.play(
                    environment,
                    new Network(ShardWorker.architecture(configuration)),
                    ActionDistribution.of(environment.actionSpace()),
                    parameters,
                    configuration.seed(),
                    index,
                    first,
                    greedy));
        }
    }
}
