package io.sparring.run;

import io.sparring.algorithm.TrainingState;
import io.sparring.rollout.Shard;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The format of checkpoints: data only, nothing of it is ever executed. Big-endian:
 *
 * <pre>
 *   "SPARRING" · version (int) · configuration (YAML, UTF-8) · counters · parameters · optimiser · shards · SHA-256 of all before
 * </pre>
 *
 * <p>Every array stands behind its length. {@link #VERSION} changes whenever the layout does, and old versions stay readable.
 *
 * @param configuration the resolved configuration, as YAML
 * @param state the run
 */
public record CheckpointFile(String configuration, TrainingState state) {
    static final int VERSION = 1;
    private static final byte[] MAGIC = "SPARRING".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;

    /** A file that is no whole, unaltered checkpoint of a known version. The message says which of these. */
    public static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /** Writes everything; the stream stays open. */
    public void write(OutputStream out) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(out, sha256());
        DataOutputStream data = new DataOutputStream(digested);
        data.write(MAGIC);
        data.writeInt(VERSION);
        writeBytes(data, configuration.getBytes(StandardCharsets.UTF_8));
        data.writeLong(state.round());
        data.writeLong(state.envSteps());
        data.writeLong(state.episodes());
        data.writeDouble(state.bestReturn());
        data.writeInt(state.droppedGradients());
        data.writeDouble(state.seconds());
        data.writeLong(state.solvedAtSteps());
        data.writeDouble(state.solvedAtSeconds());
        writeDoubles(
                data,
                state.recentReturns().stream().mapToDouble(Double::doubleValue).toArray());
        writeFloats(data, state.parameters());
        data.writeInt(state.optimizerSteps());
        writeFloats(data, state.optimizerState());
        data.writeInt(state.shards().size());
        for (Shard shard : state.shards()) {
            data.writeInt(shard.index());
            writeBytes(data, shard.environment());
            writeFloats(data, shard.observations());
            writeBytes(data, shard.actionGenerators());
            writeDoubles(data, shard.returns());
            data.writeInt(shard.lengths().length);
            for (int length : shard.lengths()) {
                data.writeInt(length);
            }
        }
        data.flush();
        out.write(digested.getMessageDigest().digest());
    }

    /**
     * @param bytes a whole file
     * @throws Damaged if it is none that {@link #write} wrote
     */
    public static CheckpointFile read(byte[] bytes) throws Damaged {
        if (bytes.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new Damaged("it does not begin as a checkpoint does");
        }
        int content = bytes.length - DIGEST_BYTES;
        MessageDigest digest = sha256();
        digest.update(bytes, 0, Math.max(0, content));
        if (content < 0 || !Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, content, bytes.length))) {
            throw new Damaged("its checksum does not match: it is truncated or altered");
        }
        try (DataInputStream data =
                new DataInputStream(new ByteArrayInputStream(bytes, MAGIC.length, content - MAGIC.length))) {
            int version = data.readInt();
            if (version != VERSION) {
                throw new Damaged("its format is version " + version + ", and this build reads version " + VERSION);
            }
            return readContent(data);
        } catch (Damaged e) {
            throw e;
        } catch (IOException e) {
            throw new Damaged("it ends too early");
        }
    }

    private static CheckpointFile readContent(DataInputStream data) throws IOException {
        String configuration = new String(readBytes(data), StandardCharsets.UTF_8);
        long round = data.readLong();
        long envSteps = data.readLong();
        long episodes = data.readLong();
        double bestReturn = data.readDouble();
        int droppedGradients = data.readInt();
        double seconds = data.readDouble();
        long solvedAtSteps = data.readLong();
        double solvedAtSeconds = data.readDouble();
        List<Double> recentReturns = Arrays.stream(readDoubles(data)).boxed().toList();
        float[] parameters = readFloats(data);
        int optimizerSteps = data.readInt();
        float[] optimizerState = readFloats(data);
        int count = readLength(data, 1);
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = data.readInt();
            byte[] environment = readBytes(data);
            float[] observations = readFloats(data);
            byte[] generators = readBytes(data);
            double[] returns = readDoubles(data);
            int[] lengths = new int[readLength(data, Integer.BYTES)];
            for (int j = 0; j < lengths.length; j++) {
                lengths[j] = data.readInt();
            }
            shards.add(new Shard(index, environment, observations, generators, returns, lengths));
        }
        if (data.available() > 0) {
            throw new Damaged("it goes on after its end");
        }
        return new CheckpointFile(
                configuration,
                new TrainingState(
                        round,
                        envSteps,
                        episodes,
                        parameters,
                        optimizerState,
                        optimizerSteps,
                        shards,
                        recentReturns,
                        bestReturn,
                        droppedGradients,
                        seconds,
                        solvedAtSteps,
                        solvedAtSeconds));
    }

    /** The SHA-256 of parameters as flat little-endian floats, in hexadecimal: what two equal runs have in common. */
    public static String sha256(float[] parameters) {
        MessageDigest digest = sha256();
        for (float parameter : parameters) {
            int bits = Float.floatToRawIntBits(parameter);
            digest.update((byte) bits);
            digest.update((byte) (bits >>> 8));
            digest.update((byte) (bits >>> 16));
            digest.update((byte) (bits >>> 24));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void writeBytes(DataOutputStream data, byte[] bytes) throws IOException {
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    private static void writeFloats(DataOutputStream data, float[] elements) throws IOException {
        data.writeInt(elements.length);
        for (float element : elements) {
            data.writeFloat(element);
        }
    }

    private static void writeDoubles(DataOutputStream data, double[] elements) throws IOException {
        data.writeInt(elements.length);
        for (double element : elements) {
            data.writeDouble(element);
        }
    }

    /** A length is believed only as far as there are bytes: no file makes the reader ask for more memory than it fills. */
    private static int readLength(DataInputStream data, int elementBytes) throws IOException {
        int length = data.readInt();
        if (length < 0 || length > data.available() / elementBytes) {
            throw new Damaged("an array of " + length + " elements does not fit into it");
        }
        return length;
    }

    private static byte[] readBytes(DataInputStream data) throws IOException {
        byte[] bytes = new byte[readLength(data, 1)];
        data.readFully(bytes);
        return bytes;
    }

    private static float[] readFloats(DataInputStream data) throws IOException {
        float[] elements = new float[readLength(data, Float.BYTES)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = data.readFloat();
        }
        return elements;
    }

    private static double[] readDoubles(DataInputStream data) throws IOException {
        double[] elements = new double[readLength(data, Double.BYTES)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = data.readDouble();
        }
        return elements;
    }
}
