package io.sparring.environment.testing;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;

/**
 * A random walk that keeps every promise, for the tests to break one at a time: it terminates at −1 and 1 and is truncated
 * after 20 steps. Where it is and how long it has walked is what it shows.
 */
class Walk implements Environment {
    static final int LIMIT = 20;

    final float[] positions;
    final int[] steps;
    Generators generators;
    private final int copies;

    Walk(int copies) {
        this(copies, new float[copies]);
    }

    Walk(int copies, float[] positions) {
        this.copies = copies;
        this.positions = positions;
        steps = new int[copies];
    }

    @Override
    public Space.Box observationSpace() {
        return new Space.Box(new float[] {-1f, 0f}, new float[] {1f, LIMIT});
    }

    @Override
    public Space actionSpace() {
        return new Space.Discrete(3);
    }

    @Override
    public int copies() {
        return copies;
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        generators = Generators.of(seeds);
        for (int copy = 0; copy < copies; copy++) {
            startEpisode(copy);
            observe(copy, observations);
        }
    }

    @Override
    public void step(float[] actions, Step result) {
        for (int copy = 0; copy < copies; copy++) {
            float noise = generators.get(copy).nextFloat(-0.3f, 0.3f);
            positions[copy] = Math.min(1f, Math.max(-1f, positions[copy] + 0.1f * (actions[copy] - 1f) + noise));
            result.rewards[copy] = -Math.abs(positions[copy]);
            result.terminated[copy] = Math.abs(positions[copy]) == 1f;
            result.truncated[copy] = ++steps[copy] >= LIMIT;
            if (result.ended(copy)) {
                observe(copy, result.finalObservations);
                startEpisode(copy);
            }
            observe(copy, result.observations);
        }
    }

    void startEpisode(int copy) {
        positions[copy] = generators.get(copy).nextFloat(-0.5f, 0.5f);
        steps[copy] = 0;
    }

    void observe(int copy, float[] observations) {
        observations[2 * copy] = positions[copy];
        observations[2 * copy + 1] = steps[copy];
    }

    @Override
    public byte[] snapshot() {
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes());
        for (int copy = 0; copy < copies; copy++) {
            bytes.putFloat(positions[copy]).putInt(steps[copy]);
        }
        generators.write(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] snapshot) {
        if (snapshot.length != snapshotBytes()) {
            throw new IllegalArgumentException("not a snapshot of " + copies + " walks");
        }
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        for (int copy = 0; copy < copies; copy++) {
            positions[copy] = bytes.getFloat();
            steps[copy] = bytes.getInt();
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return copies * (Float.BYTES + Integer.BYTES) + Generators.bytes(copies);
    }
}
