package io.sparring.rollout;

/**
 * What the episodes of one rollout are called, unlike all others of their log: numbers of where and when they began.
 *
 * @param ongoing of the episode that each copy is in as the rollout begins
 * @param first of one that begins with the first copy's first step
 * @param stride from what would begin with one step to what would with the next
 */
public record EpisodeNumbers(long[] ongoing, long first, long stride) {

    /**
     * Of shards that make a rollout each in every round. With s steps made before by each of all C copies, what the c-th copy begins is s · C + c: so numbers are the
     * same wherever the shards are, and in a run that goes on.
     *
     * @param before how many steps each copy made before the rollout
     * @param shards N
     */
    public static EpisodeNumbers inRounds(Trajectory trajectory, long before, int shards) {
        int copies = trajectory.lengths().length;
        long stride = (long) shards * copies;
        long first = before * stride + (long) trajectory.shard() * copies;
        long[] ongoing = new long[copies];
        for (int copy = 0; copy < copies; copy++) {
            ongoing[copy] = first + copy - trajectory.lengths()[copy] * stride;
        }
        return new EpisodeNumbers(ongoing, first, stride);
    }

    /**
     * Of workers whose rollouts come one after the other in whatever order, each step of the whole run having a number.
     *
     * @param before how many steps the run has had
     * @param known of the episodes that the copies are in; null where they are not those of the worker's last rollout, and nobody knows how they began
     */
    public static EpisodeNumbers inOrder(Trajectory trajectory, long before, long[] known) {
        int copies = trajectory.lengths().length;
        long[] ongoing = new long[copies];
        for (int copy = 0; copy < copies; copy++) {
            boolean begins = trajectory.lengths()[copy] == 0;
            ongoing[copy] = begins || known == null ? before + copy : known[copy];
        }
        return new EpisodeNumbers(ongoing, before, copies);
    }

    /** Of one that begins with this step, from 0. */
    long begun(int step, int copy) {
        return first + step * stride + copy;
    }

    /** Of the episodes that the copies are in after the rollout, but for those that are over. */
    public long[] after(Trajectory trajectory) {
        long[] after = ongoing.clone();
        int copies = after.length;
        for (int i = 0; i < trajectory.rewards().length; i++) {
            if (trajectory.ended(i)) {
                after[i % copies] = begun(i / copies + 1, i % copies);
            }
        }
        return after;
    }
}
