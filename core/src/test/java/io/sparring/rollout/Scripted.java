package io.sparring.rollout;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A fake whose episodes end as a script says, one character a step and copy: {@code .} goes on, {@code t} terminates, {@code u}
 * is truncated, {@code b} is both. Step n (from 0) of copy b earns 10 b + n and then shows 100 b + n + 1; what an ended episode
 * showed last is minus that. Scripts repeat.
 */
class Scripted implements Environment {
    private final String[] scripts;
    private int steps;

    Scripted(String... scripts) {
        this.scripts = scripts;
    }

    @Override
    public Space.Box observationSpace() {
        return Space.Box.of(1, -1e6f, 1e6f);
    }

    @Override
    public Space actionSpace() {
        return new Space.Discrete(2);
    }

    @Override
    public int copies() {
        return scripts.length;
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        steps = 0;
        for (int copy = 0; copy < copies(); copy++) {
            observations[copy] = 100 * copy;
        }
    }

    @Override
    public void step(float[] actions, Step result) {
        Arrays.fill(result.finalObservations, Float.NaN);
        for (int copy = 0; copy < copies(); copy++) {
            char end = scripts[copy].charAt(steps % scripts[copy].length());
            result.rewards[copy] = 10 * copy + steps;
            result.observations[copy] = 100 * copy + steps + 1;
            result.terminated[copy] = end == 't' || end == 'b';
            result.truncated[copy] = end == 'u' || end == 'b';
            if (result.ended(copy)) {
                result.finalObservations[copy] = -result.observations[copy];
            }
        }
        steps++;
    }

    @Override
    public byte[] snapshot() {
        return ByteBuffer.allocate(Integer.BYTES).putInt(steps).array();
    }

    @Override
    public void restore(byte[] snapshot) {
        steps = ByteBuffer.wrap(snapshot).getInt();
    }
}
