package io.sparring.algorithm;

import io.sparring.rollout.Shard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A worker between two rollouts, as bytes that the parameter server keeps for the worker's next life and for checkpoints.
 *
 * @param shard its environments
 * @param optimizerState of its own optimiser; empty where it has none
 * @param optimizerSteps the steps that this took
 */
record WorkerSnapshot(Shard shard, float[] optimizerState, int optimizerSteps) {
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(shard.index());
            writeBytes(out, shard.environment());
            writeFloats(out, shard.observations());
            writeBytes(out, shard.actionGenerators());
            out.writeInt(shard.returns().length);
            for (int copy = 0; copy < shard.returns().length; copy++) {
                out.writeDouble(shard.returns()[copy]);
                out.writeInt(shard.lengths()[copy]);
            }
            writeFloats(out, optimizerState);
            out.writeInt(optimizerSteps);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws UncheckedIOException if it is none that {@link #encode} gave */
    static WorkerSnapshot decode(byte[] bytes) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            int index = in.readInt();
            byte[] environment = readBytes(in);
            float[] observations = readFloats(in);
            byte[] generators = readBytes(in);
            int copies = in.readInt();
            double[] returns = new double[copies];
            int[] lengths = new int[copies];
            for (int copy = 0; copy < copies; copy++) {
                returns[copy] = in.readDouble();
                lengths[copy] = in.readInt();
            }
            Shard shard = new Shard(index, environment, observations, generators, returns, lengths);
            return new WorkerSnapshot(shard, readFloats(in), in.readInt());
        } catch (IOException e) {
            throw new UncheckedIOException("a worker's snapshot", e);
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    private static void writeFloats(DataOutputStream out, float[] elements) throws IOException {
        out.writeInt(elements.length);
        for (float element : elements) {
            out.writeFloat(element);
        }
    }

    private static float[] readFloats(DataInputStream in) throws IOException {
        float[] elements = new float[in.readInt()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = in.readFloat();
        }
        return elements;
    }
}
