package io.sparring.environment.identity;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;

/**
 * Say what you see: a target is drawn at every step and shown, and the reward tells how near the action came. Episodes have
 * {@value #MAX_STEPS} steps, unless told otherwise, and are truncated. After Stable-Baselines3's {@code IdentityEnv} and {@code IdentityEnvBox}.
 *
 * <p>Over a discrete space the target is shown one-hot and naming it earns 1, so a perfect episode returns 100. Over a box
 * the reward is minus the squared distance, so a perfect episode returns 0.
 */
public final class Identity implements Environment {
    static final int MAX_STEPS = 100;

    private final int copies;
    private final Space actionSpace;
    private final Space.Box observationSpace;
    private final int maxSteps;
    /** What was last shown, copies × observation size. */
    private final float[] targets;

    private final int[] steps;
    private Generators generators;

    Identity(int copies, Space actionSpace, Space.Box observationSpace, int maxSteps) {
        this.copies = copies;
        this.actionSpace = actionSpace;
        this.observationSpace = observationSpace;
        this.maxSteps = maxSteps;
        targets = new float[copies * observationSpace.size()];
        steps = new int[copies];
    }

    /** Four things to name. */
    public static Identity discrete(int copies) {
        return new Identity(copies, new Space.Discrete(4), Space.Box.of(4, 0f, 1f), MAX_STEPS);
    }

    /** A point of the square from (−1, −1) to (1, 1). */
    public static Identity box(int copies) {
        Space.Box square = Space.Box.of(2, -1f, 1f);
        return new Identity(copies, square, square, MAX_STEPS);
    }

    @Override
    public Space.Box observationSpace() {
        return observationSpace;
    }

    @Override
    public Space actionSpace() {
        return actionSpace;
    }

    @Override
    public int copies() {
        return copies;
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        generators = Generators.of(seeds);
        for (int copy = 0; copy < copies; copy++) {
            steps[copy] = 0;
            drawTarget(copy);
        }
        System.arraycopy(targets, 0, observations, 0, targets.length);
    }

    @Override
    public void step(float[] actions, Step result) {
        int size = observationSpace.size();
        for (int copy = 0; copy < copies; copy++) {
            result.rewards[copy] = reward(actions, copy);
            drawTarget(copy);
            result.terminated[copy] = false;
            result.truncated[copy] = ++steps[copy] >= maxSteps;
            if (result.truncated[copy]) {
                System.arraycopy(targets, copy * size, result.finalObservations, copy * size, size);
                steps[copy] = 0;
                drawTarget(copy);
            }
        }
        System.arraycopy(targets, 0, result.observations, 0, targets.length);
    }

    private float reward(float[] actions, int copy) {
        int at = copy * observationSpace.size();
        if (actionSpace instanceof Space.Discrete) {
            return targets[at + (int) actions[copy]];
        }
        float squaredDistance = 0;
        for (int i = 0; i < observationSpace.size(); i++) {
            float difference = actions[at + i] - targets[at + i];
            squaredDistance += difference * difference;
        }
        return -squaredDistance;
    }

    private void drawTarget(int copy) {
        int size = observationSpace.size();
        int at = copy * size;
        if (actionSpace instanceof Space.Discrete) {
            int shown = generators.get(copy).nextInt(size);
            for (int i = 0; i < size; i++) {
                targets[at + i] = i == shown ? 1f : 0f;
            }
        } else {
            for (int i = 0; i < size; i++) {
                targets[at + i] = generators.get(copy).nextFloat(-1f, 1f);
            }
        }
    }

    @Override
    public byte[] snapshot() {
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes());
        for (float target : targets) {
            bytes.putFloat(target);
        }
        for (int count : steps) {
            bytes.putInt(count);
        }
        generators.write(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] snapshot) {
        if (snapshot.length != snapshotBytes()) {
            throw new IllegalArgumentException("not a snapshot of " + copies + " copies of this identity task: "
                    + snapshot.length + " bytes instead of " + snapshotBytes());
        }
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = bytes.getFloat();
        }
        for (int copy = 0; copy < copies; copy++) {
            steps[copy] = bytes.getInt();
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return targets.length * Float.BYTES + copies * Integer.BYTES + Generators.bytes(copies);
    }
}
