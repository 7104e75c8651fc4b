package io.sparring.algorithm;

import io.sparring.format.Format;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.rollout.Shard;
import io.sparring.rollout.ShardCodec;

/**
 * A worker between two rollouts, as bytes that the parameter server keeps for the worker's next life and for checkpoints.
 *
 * @param shard its environments
 * @param optimizerState of its own optimiser; empty where it has none
 * @param optimizerSteps the steps that this took
 */
record WorkerSnapshot(Shard shard, float[] optimizerState, int optimizerSteps) {
    private static final Format FORMAT = new Format("WKSN", "a worker's snapshot", new Versions(1, 1));

    byte[] encode() {
        byte[] encoded = ShardCodec.encode(shard);
        return FORMAT.write(
                out -> {
                    out.bytes(encoded);
                    out.floats(optimizerState);
                    out.integer(optimizerSteps);
                },
                encoded.length + optimizerState.length * Float.BYTES + 3 * Integer.BYTES);
    }

    /** @throws Unreadable if it is none that {@link #encode} gave */
    static WorkerSnapshot decode(byte[] bytes) throws Unreadable {
        return FORMAT.read(
                bytes, (in, version) -> new WorkerSnapshot(ShardCodec.decode(in.bytes()), in.floats(), in.integer()));
    }
}
