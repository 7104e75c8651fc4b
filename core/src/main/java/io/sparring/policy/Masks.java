package io.sparring.policy;

import io.sparring.environment.Space;
import io.sparring.network.Batch;

/**
 * Masks of actions: rows of flags, one a logit of the policy head, true for what is allowed. The logit of what is forbidden counts as −∞, in
 * sampling as in the gradient (Huang and Ontañón 2022, arXiv 2006.14171), and no distribution needs to know of more.
 */
public final class Masks {
    private Masks() {}

    /**
     * The first row that leaves no action; −1 if there is none.
     *
     * @param space whose actions they are
     * @param allowed rows of flags; none at all: everything is allowed
     */
    public static int firstWithoutAction(Space space, boolean[] allowed) {
        int size = space.maskSize();
        return allowed.length == 0 ? -1 : firstWithoutAction(space, allowed, 0, allowed.length / size);
    }

    /**
     * As {@link #firstWithoutAction(Space, boolean[])}, among some of the rows.
     *
     * @param from the first of them
     * @param to the row after the last of them
     */
    public static int firstWithoutAction(Space space, boolean[] allowed, int from, int to) {
        for (int row = from; row < to && allowed.length > 0; row++) {
            if (!space.leavesAny(allowed, row * space.maskSize())) {
                return row;
            }
        }
        return -1;
    }

    /**
     * Sets the logits of what is forbidden to −∞.
     *
     * @param policy the policy head's outputs, which are written over
     * @param allowed rows of as many flags as the batch has features; none at all: everything is allowed
     * @param from the row of flags that belongs to the batch's first row
     */
    public static void apply(Batch policy, boolean[] allowed, int from) {
        if (allowed.length == 0) {
            return;
        }
        for (int row = 0; row < policy.rows(); row++) {
            for (int i = 0; i < policy.features(); i++) {
                if (!allowed[(from + row) * policy.features() + i]) {
                    policy.set(i, row, Float.NEGATIVE_INFINITY);
                }
            }
        }
    }
}
