package io.sparring.rollout;

import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;

/** A trajectory within a message's bytes: its fields, in their order. */
public final class TrajectoryCodec {
    /** Of a step, beside what was observed, done and allowed. */
    public static final int STEP_BYTES = 4 + 1 + 1 + 8 + 8;

    private TrajectoryCodec() {}

    public static void write(Trajectory trajectory, Output out) {
        out.integer(trajectory.shard());
        out.integers(trajectory.lengths());
        ObservationsCodec.write(trajectory.observations(), out);
        out.floats(trajectory.actions());
        out.flags(trajectory.allowed());
        out.floats(trajectory.rewards());
        out.flags(trajectory.terminated());
        out.flags(trajectory.truncated());
        out.doubles(trajectory.values());
        out.doubles(trajectory.logProbabilities());
    }

    /** @throws Unreadable if it is none that {@link #write} gave */
    public static Trajectory read(Input in) throws Unreadable {
        Trajectory trajectory = new Trajectory(
                in.integer(),
                in.integers(),
                ObservationsCodec.read(in),
                in.floats(),
                in.flags(),
                in.floats(),
                in.flags(),
                in.flags(),
                in.doubles(),
                in.doubles());
        int copies = trajectory.lengths().length;
        int samples = trajectory.rewards().length;
        if (copies == 0
                || samples == 0
                || samples % copies != 0
                || trajectory.observations().length() % samples != 0
                || trajectory.actions().length % samples != 0
                || trajectory.allowed().length % samples != 0
                || trajectory.terminated().length != samples
                || trajectory.truncated().length != samples
                || trajectory.values().length != samples
                || trajectory.logProbabilities().length != samples) {
            throw new Unreadable.Damaged("a trajectory of " + copies + " copies has " + samples
                    + " rewards, and other numbers of what belongs to them");
        }
        return trajectory;
    }

    /** About how many bytes it takes. */
    public static long bytes(Trajectory trajectory) {
        return 64
                + (long) Integer.BYTES * trajectory.lengths().length
                + trajectory.observations().roomBytes()
                + (long) Float.BYTES * trajectory.actions().length
                + trajectory.allowed().length
                + (long) STEP_BYTES * trajectory.rewards().length;
    }
}
