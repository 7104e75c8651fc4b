package io.sparring.imitation;

import io.sparring.network.Observations;
import java.io.Serializable;
import java.util.List;

/**
 * Rows to fit an actor and a critic to. Arrays must not be changed.
 *
 * @param observations as the environment gave them
 * @param actions what is to be done there
 * @param allowed masks; empty where nothing was forbidden
 * @param weights how much each action counts; empty: all count 1
 * @param targets what the critic is to say
 */
public record Lesson(Observations observations, float[] actions, boolean[] allowed, float[] weights, float[] targets)
        implements Serializable {
    /** How many rows. */
    public int rows() {
        return targets.length;
    }

    /**
     * Some rows of several lessons, which are alike in what they have.
     *
     * @param lessons at least one
     * @param picks of each row of the result, whose it is and which one
     */
    public static Lesson of(List<Lesson> lessons, List<Pick> picks) {
        Lesson like = lessons.get(0);
        int observed = like.observations.length() / like.rows();
        int acted = like.actions.length / like.rows();
        int masked = like.allowed.length / like.rows();
        Lesson all = new Lesson(
                like.observations.room(picks.size() * observed),
                new float[picks.size() * acted],
                new boolean[picks.size() * masked],
                new float[like.weights.length == 0 ? 0 : picks.size()],
                new float[picks.size()]);
        for (int to = 0; to < picks.size(); to++) {
            Lesson from = lessons.get(picks.get(to).lesson());
            int row = picks.get(to).row();
            all.observations.put(to * observed, from.observations, row * observed, observed);
            System.arraycopy(from.actions, row * acted, all.actions, to * acted, acted);
            System.arraycopy(from.allowed, row * masked, all.allowed, to * masked, masked);
            if (all.weights.length > 0) {
                all.weights[to] = from.weights[row];
            }
            all.targets[to] = from.targets[row];
        }
        return all;
    }

    /**
     * A row.
     *
     * @param lesson of which one, counted from 0
     * @param row in it
     */
    public record Pick(int lesson, int row) {}
}
