package io.sparring.environment.identity;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Say what you see: a target is drawn at every step and shown, and the reward tells how near the action came. Episodes have
 * {@value #MAX_STEPS} steps, unless told otherwise, and are truncated. After Stable-Baselines3's {@code IdentityEnv}, {@code IdentityEnvBox},
 * {@code IdentityEnvMultiDiscrete} and {@code IdentityEnvMultiBinary}.
 *
 * <p>Over a discrete space the target is shown one-hot and naming it earns 1. Over a multi-discrete one there are several targets side
 * by side, and over a multi-binary one several bits: the reward is the share of them that were named. A perfect episode of these returns 100.
 * Over a box the reward is minus the squared distance, so a perfect episode returns 0.
 *
 * <p>A discrete one may be masked: it then allows the target and a few wrong answers at every step, and will not be told anything else.
 */
public final class Identity implements Environment {
    static final int MAX_STEPS = 100;
    /** Everything is allowed. */
    static final int NO_MASKS = -1;

    private final int copies;
    private final Space actionSpace;
    private final Space.Box observationSpace;
    private final int maxSteps;
    /** How many wrong answers the masks leave. */
    private final int wrongAnswers;
    /** The sizes of the targets that are shown one-hot, side by side; none of a box or of bits. */
    private final int[] choices;
    /** What was last shown, copies × observation size. */
    private final float[] targets;
    /** What may be answered, copies × observation size; empty without masks. */
    private final boolean[] allowed;

    private final int[] steps;
    private Generators generators;

    Identity(int copies, Space actionSpace, Space.Box observationSpace, int maxSteps, int wrongAnswers) {
        this.copies = copies;
        this.actionSpace = actionSpace;
        this.observationSpace = observationSpace;
        this.maxSteps = maxSteps;
        this.wrongAnswers = wrongAnswers;
        if (actionSpace instanceof Space.Discrete discrete) {
            choices = new int[] {discrete.n()};
        } else if (actionSpace instanceof Space.MultiDiscrete discrete) {
            choices = discrete.sizes().clone();
        } else {
            choices = new int[0];
        }
        targets = new float[copies * observationSpace.size()];
        allowed = new boolean[masks() ? targets.length : 0];
        steps = new int[copies];
    }

    /** Four things to name. */
    public static Identity discrete(int copies) {
        return new Identity(copies, new Space.Discrete(4), Space.Box.of(4, 0f, 1f), MAX_STEPS, NO_MASKS);
    }

    /** A point of the square from (−1, −1) to (1, 1). */
    public static Identity box(int copies) {
        Space.Box square = Space.Box.of(2, -1f, 1f);
        return new Identity(copies, square, square, MAX_STEPS, NO_MASKS);
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
    public boolean masks() {
        return wrongAnswers != NO_MASKS;
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
    public void reset(long[] seeds, Step first) {
        reset(seeds, first.observations);
        System.arraycopy(allowed, 0, first.allowed, 0, allowed.length);
    }

    /** @throws IllegalArgumentException if an action is masked */
    @Override
    public void step(float[] actions, Step result) {
        int size = observationSpace.size();
        for (int copy = 0; copy < copies; copy++) {
            if (masks() && !allowed[copy * size + (int) actions[copy]]) {
                throw new IllegalArgumentException(
                        "copy " + copy + " is told " + (int) actions[copy] + ", which its mask forbids");
            }
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
        System.arraycopy(allowed, 0, result.allowed, 0, allowed.length);
    }

    private float reward(float[] actions, int copy) {
        int shown = copy * observationSpace.size();
        int said = copy * actionSpace.size();
        float sum = 0;
        if (choices.length > 0) {
            for (int i = 0; i < choices.length; i++) {
                sum += targets[shown + (int) actions[said + i]];
                shown += choices[i];
            }
            return sum / choices.length;
        }
        boolean bits = actionSpace instanceof Space.MultiBinary;
        for (int i = 0; i < actionSpace.size(); i++) {
            float difference = actions[said + i] - targets[shown + i];
            sum += difference * difference;
        }
        return bits ? 1 - sum / actionSpace.size() : -sum;
    }

    private void drawTarget(int copy) {
        UniformRandomProvider random = generators.get(copy);
        int at = copy * observationSpace.size();
        if (choices.length > 0) {
            for (int size : choices) {
                Arrays.fill(targets, at, at + size, 0);
                targets[at + random.nextInt(size)] = 1;
                at += size;
            }
        } else {
            for (int i = 0; i < observationSpace.size(); i++) {
                targets[at + i] =
                        actionSpace instanceof Space.MultiBinary ? random.nextInt(2) : random.nextFloat(-1f, 1f);
            }
        }
        if (masks()) {
            drawMask(copy, random);
        }
    }

    /** The target, and as many others as there are to be. */
    private void drawMask(int copy, UniformRandomProvider random) {
        int size = observationSpace.size();
        int at = copy * size;
        for (int i = 0; i < size; i++) {
            allowed[at + i] = targets[at + i] == 1;
        }
        int left = wrongAnswers;
        while (left > 0) {
            int wrong = at + random.nextInt(size);
            left -= allowed[wrong] ? 0 : 1;
            allowed[wrong] = true;
        }
    }

    @Override
    public byte[] snapshot() {
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes());
        for (float target : targets) {
            bytes.putFloat(target);
        }
        for (boolean flag : allowed) {
            bytes.put((byte) (flag ? 1 : 0));
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
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = bytes.get() != 0;
        }
        for (int copy = 0; copy < copies; copy++) {
            steps[copy] = bytes.getInt();
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return targets.length * Float.BYTES + allowed.length + copies * Integer.BYTES + Generators.bytes(copies);
    }
}
