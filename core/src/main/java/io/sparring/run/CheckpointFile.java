package io.sparring.run;

import io.sparring.algorithm.Counters;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.WorkerPosition;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.rollout.Shard;
import io.sparring.rollout.ShardCodec;
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
 *   "SPARRING" · version (int) · configuration (YAML, UTF-8) · counters · parameters · optimisers · normaliser · shards · SHA-256 of all before
 * </pre>
 *
 * <p>Every array stands behind its length, and every shard is a {@link ShardCodec}'s. The version changes whenever the layout does, and
 * old versions stay readable: 1 had one count of steps for all optimisers, and shards without a header of their own; 2 has no normaliser, and is
 * still what is written where nothing is normalised; 4 has the positions of workers that take turns behind the shards, and is written for these alone.
 *
 * @param configuration the resolved configuration, as YAML
 * @param counters what the run has done
 * @param parameters its model's, flat: the architecture follows from the configuration and the environment, and only who has both can
 *     make a {@link Model} of them
 * @param normalizer its model's
 * @param optimizerState as in {@link TrainingState}
 * @param optimizerSteps as in {@link TrainingState}
 * @param shards as in {@link TrainingState}
 * @param positions as in {@link TrainingState}
 */
public record CheckpointFile(
        String configuration,
        Counters counters,
        float[] parameters,
        Normalizer normalizer,
        float[] optimizerState,
        List<Integer> optimizerSteps,
        List<Shard> shards,
        List<WorkerPosition> positions) {
    static final Versions VERSIONS = new Versions(1, 4);
    private static final int NORMALIZER = 3;
    private static final int POSITIONS = 4;
    private static final byte[] MAGIC = "SPARRING".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = MAGIC.length + Integer.BYTES;
    private static final int DIGEST_BYTES = 32;

    /** @param state the run */
    public CheckpointFile(String configuration, TrainingState state) {
        this(
                configuration,
                state.counters(),
                state.model().parameters(),
                state.model().normalizer(),
                state.optimizerState(),
                state.optimizerSteps(),
                state.shards(),
                state.positions());
    }

    /**
     * The model in it.
     *
     * @param architecture of the network that its configuration has in its environment
     * @throws InvalidConfiguration if that has another number of parameters, or observes another number of them, or observes bytes otherwise
     */
    public Model model(Architecture architecture) {
        // Builds that wrote no such key took bytes as they are.
        if (!configuration.contains("convolutions:") && architecture.dividesBytes()) {
            throw new InvalidConfiguration(
                    "the checkpoint is of a build whose networks did not divide observations of bytes by 255, as this one's do, and means something else here: begin the run anew");
        }
        try {
            return new Model(architecture, parameters, normalizer);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(
                    "the checkpoint does not fit its configuration's network in this environment: " + e.getMessage());
        }
    }

    /** The run, to go on from; as {@link #model}. */
    public TrainingState state(Architecture architecture) {
        return new TrainingState(counters, model(architecture), optimizerState, optimizerSteps, shards, positions);
    }

    /** Writes everything; the stream stays open. */
    public void write(OutputStream out) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(out, sha256());
        DataOutputStream data = new DataOutputStream(digested);
        data.write(MAGIC);
        data.writeInt(version());
        data.write(allButShards());
        data.writeInt(shards.size());
        for (Shard shard : shards) {
            byte[] encoded = ShardCodec.encode(shard);
            data.writeInt(encoded.length);
            data.write(encoded);
        }
        if (version() >= POSITIONS) {
            data.write(encodedPositions());
        }
        data.flush();
        out.write(digested.getMessageDigest().digest());
    }

    /** The oldest that has room for all of it. */
    private int version() {
        boolean normalizes = normalizer.normalizesObservations() || normalizer.normalizesRewards();
        return positions.isEmpty() ? normalizes ? NORMALIZER : NORMALIZER - 1 : POSITIONS;
    }

    private byte[] allButShards() {
        Output out = new Output((parameters.length + optimizerState.length + 1024) * Float.BYTES);
        out.text(configuration);
        out.integer64(counters.round());
        out.integer64(counters.envSteps());
        out.integer64(counters.episodes());
        out.real(counters.bestReturn());
        out.integer(counters.droppedGradients());
        out.real(counters.seconds());
        out.integer64(counters.solvedAtSteps());
        out.real(counters.solvedAtSeconds());
        out.doubles(counters.recentReturns().stream()
                .mapToDouble(Double::doubleValue)
                .toArray());
        out.floats(parameters);
        out.integers(optimizerSteps.stream().mapToInt(Integer::intValue).toArray());
        out.floats(optimizerState);
        if (version() >= NORMALIZER) {
            write(normalizer, out);
        }
        return out.bytes();
    }

    private byte[] encodedPositions() {
        Output out = new Output(positions.size() * (2 * parameters.length + 64) * Float.BYTES);
        out.integer(positions.size());
        for (WorkerPosition position : positions) {
            out.floats(position.pulled());
            out.floats(position.local());
            write(position.normalizer(), out);
            out.integer64(position.behind());
            out.integer64(position.envSteps());
        }
        return out.bytes();
    }

    private static void write(Normalizer normalizer, Output out) {
        write(normalizer.observations(), out);
        write(normalizer.returns(), out);
    }

    private static void write(RunningMoments moments, Output out) {
        out.integer64(moments.count());
        out.doubles(moments.means());
        out.doubles(moments.squares());
    }

    private static Normalizer normalizer(Input in) throws Unreadable {
        try {
            return new Normalizer(moments(in), moments(in));
        } catch (IllegalArgumentException e) {
            throw new Unreadable.Damaged("its normaliser has " + e.getMessage());
        }
    }

    private static RunningMoments moments(Input in) throws Unreadable {
        return new RunningMoments(in.integer64(), in.doubles(), in.doubles());
    }

    /**
     * @param bytes a whole file
     * @throws Unreadable if it is none that {@link #write} wrote, or another build's. A version that is too new is so whatever follows it
     */
    public static CheckpointFile read(byte[] bytes) throws Unreadable {
        if (bytes.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new Unreadable.Damaged("it does not begin as a checkpoint does");
        }
        int content = bytes.length - HEADER_BYTES - DIGEST_BYTES;
        int version = bytes.length < HEADER_BYTES
                ? VERSIONS.newest()
                : new Input(bytes, MAGIC.length, Integer.BYTES).integer();
        VERSIONS.require(version);
        MessageDigest digest = sha256();
        digest.update(bytes, 0, Math.max(0, HEADER_BYTES + content));
        if (content < 0
                || !Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, HEADER_BYTES + content, bytes.length))) {
            throw new Unreadable.Damaged("its checksum does not match: it is truncated or altered");
        }
        Input in = new Input(bytes, HEADER_BYTES, content);
        CheckpointFile file = readContent(in, version);
        in.requireEnd();
        return file;
    }

    private static CheckpointFile readContent(Input in, int version) throws Unreadable {
        String configuration = in.text();
        long round = in.integer64();
        long envSteps = in.integer64();
        long episodes = in.integer64();
        double bestReturn = in.real();
        int droppedGradients = in.integer();
        double seconds = in.real();
        long solvedAtSteps = in.integer64();
        double solvedAtSeconds = in.real();
        List<Double> recentReturns = Arrays.stream(in.doubles()).boxed().toList();
        float[] parameters = in.floats();
        int[] optimizerSteps = version == 1 ? new int[] {in.integer()} : in.integers();
        float[] optimizerState = in.floats();
        Normalizer normalizer = version >= NORMALIZER ? normalizer(in) : Normalizer.NONE;
        int count = in.length(1);
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(version == 1 ? ShardCodec.readContent(in, 1) : ShardCodec.decode(in.bytes()));
        }
        List<WorkerPosition> positions = version >= POSITIONS ? positions(in, parameters.length) : List.of();
        if (optimizerSteps.length > 1 && optimizerSteps.length != count) {
            throw new Unreadable.Damaged(
                    optimizerSteps.length + " optimisers have counted their steps, of " + count + " shards");
        }
        return new CheckpointFile(
                configuration,
                new Counters(
                        round,
                        envSteps,
                        episodes,
                        recentReturns,
                        bestReturn,
                        droppedGradients,
                        seconds,
                        solvedAtSteps,
                        solvedAtSeconds),
                parameters,
                normalizer,
                optimizerState,
                Arrays.stream(optimizerSteps).boxed().toList(),
                shards,
                positions);
    }

    private static List<WorkerPosition> positions(Input in, int length) throws Unreadable {
        int count = in.length(1);
        List<WorkerPosition> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WorkerPosition position =
                    new WorkerPosition(in.floats(), in.floats(), normalizer(in), in.integer64(), in.integer64());
            if (position.pulled().length != length || position.local().length != length) {
                throw new Unreadable.Damaged("worker " + i + " has parameters of another network");
            }
            positions.add(position);
        }
        return positions;
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
}
