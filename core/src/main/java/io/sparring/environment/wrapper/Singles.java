package io.sparring.environment.wrapper;

import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** B environments of one copy each, any of which may be stepped or reset alone. */
final class Singles implements Environment {
    private final List<Environment> environments;
    /** What the environment that was stepped last gave. */
    private final Step row;

    private final float[] action;
    private final int observationSize;
    private final int maskSize;

    Singles(EnvironmentSource source, int copies) {
        environments = new ArrayList<>(copies);
        try {
            for (int copy = 0; copy < copies; copy++) {
                environments.add(source.create(1));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        row = Step.of(environments.get(0));
        action = new float[actionSpace().size()];
        observationSize = row.observations.length;
        maskSize = row.allowed.length;
    }

    @Override
    public Space.Box observationSpace() {
        return environments.get(0).observationSpace();
    }

    @Override
    public RowLayout layout() {
        return environments.get(0).layout();
    }

    @Override
    public Space actionSpace() {
        return environments.get(0).actionSpace();
    }

    @Override
    public int copies() {
        return environments.size();
    }

    @Override
    public boolean masks() {
        return environments.get(0).masks();
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        Step first = Step.of(this);
        reset(seeds, first);
        System.arraycopy(first.observations, 0, observations, 0, first.observations.length);
    }

    @Override
    public void reset(long[] seeds, Step first) {
        for (int copy = 0; copy < copies(); copy++) {
            reset(copy, seeds[copy], first);
        }
    }

    /** Starts a new episode in one copy, and writes its rows of {@code first}. */
    void reset(int copy, long seed, Step first) {
        environments.get(copy).reset(new long[] {seed}, row);
        show(copy, first);
    }

    @Override
    public void step(float[] actions, Step result) {
        for (int copy = 0; copy < copies(); copy++) {
            step(copy, actions, result);
        }
    }

    /** One step of one copy, by its row of {@code actions}; writes its rows of {@code result}. */
    void step(int copy, float[] actions, Step result) {
        System.arraycopy(actions, copy * action.length, action, 0, action.length);
        environments.get(copy).step(action, row);
        show(copy, result);
        result.rewards[copy] = row.rewards[0];
        result.terminated[copy] = row.terminated[0];
        result.truncated[copy] = row.truncated[0];
        if (row.ended(0)) {
            System.arraycopy(
                    row.finalObservations, 0, result.finalObservations, copy * observationSize, observationSize);
        }
    }

    private void show(int copy, Step result) {
        System.arraycopy(row.observations, 0, result.observations, copy * observationSize, observationSize);
        System.arraycopy(row.allowed, 0, result.allowed, copy * maskSize, maskSize);
    }

    /** For each copy the length of its snapshot, then the snapshot. */
    @Override
    public byte[] snapshot() {
        List<byte[]> each = environments.stream().map(Environment::snapshot).toList();
        ByteBuffer bytes = ByteBuffer.allocate(each.stream()
                .mapToInt(snapshot -> Integer.BYTES + snapshot.length)
                .sum());
        each.forEach(snapshot -> bytes.putInt(snapshot.length).put(snapshot));
        return bytes.array();
    }

    @Override
    public void restore(byte[] snapshot) {
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        List<byte[]> each = new ArrayList<>();
        try {
            while (bytes.hasRemaining()) {
                int length = bytes.getInt();
                if (length < 0 || length > bytes.remaining()) {
                    throw new BufferUnderflowException();
                }
                int from = bytes.position();
                each.add(Arrays.copyOfRange(snapshot, from, from + length));
                bytes.position(from + length);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("not a snapshot of copies that step alone: it is cut or damaged", e);
        }
        if (each.size() != copies()) {
            throw new IllegalArgumentException("a snapshot of " + each.size() + " copies instead of " + copies());
        }
        for (int copy = 0; copy < copies(); copy++) {
            environments.get(copy).restore(each.get(copy));
        }
    }

    @Override
    public Optional<Drawing> drawing() {
        List<Drawing> each = new ArrayList<>();
        environments.forEach(environment -> environment.drawing().ifPresent(each::add));
        return each.stream()
                .findFirst()
                .map(first -> Drawing.of(
                        first.framesPerSecond(), copy -> each.get(copy).frame(0)));
    }

    @Override
    public void close() {
        environments.forEach(Environment::close);
    }
}
