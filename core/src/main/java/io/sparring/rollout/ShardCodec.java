package io.sparring.rollout;

import io.sparring.format.Format;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.network.Observations;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * A shard as bytes: the same between driver and executors, in checkpoints, and in what asynchronous workers leave behind. Version 3 of
 * the {@link Format} {@code SHRD}, big-endian, every array behind its length:
 *
 * <pre>
 *   index (int) · environment (bytes) · observations (bytes) · generators (bytes) · returns (doubles) · lengths (ints) · allowed (flags)
 * </pre>
 *
 * <p>In version 2 observations are floats, and version 1 ends before {@code allowed}. A shard is written in the first version that can hold it: its
 * bytes are those of all builds.
 */
public final class ShardCodec {
    private static final int BYTES = 3;
    private static final int MASKS = 2;
    private static final int FLOATS = 1;
    private static final Format FORMAT = format(BYTES);

    private ShardCodec() {}

    /** Equal shards are equal bytes. */
    public static byte[] encode(Shard shard) {
        int version = shard.observations() instanceof Observations.Bytes
                ? BYTES
                : shard.allowed().length > 0 ? MASKS : FLOATS;
        return format(version).write(out -> write(shard, version, out), 7 * Integer.BYTES + (int) shard.bytes());
    }

    private static Format format(int newest) {
        return new Format("SHRD", "a shard", new Versions(1, newest));
    }

    /** @throws Unreadable if it is none that {@link #encode} gave, or that of a build that this one cannot follow */
    public static Shard decode(byte[] bytes) throws Unreadable {
        return FORMAT.read(bytes, ShardCodec::readContent);
    }

    private static void write(Shard shard, int version, Output out) {
        out.integer(shard.index());
        out.bytes(shard.environment());
        if (shard.observations() instanceof Observations.Bytes bytes) {
            out.bytes(bytes.numbers());
        } else if (shard.observations() instanceof Observations.Floats floats) {
            out.floats(floats.numbers());
        }
        out.bytes(shard.actionGenerators());
        out.doubles(shard.returns());
        out.integers(shard.lengths());
        if (version >= MASKS) {
            out.flags(shard.allowed());
        }
    }

    /**
     * A shard without its frame, as it stands in checkpoints of version 1.
     *
     * @param version of the shard's format
     */
    public static Shard readContent(Input in, int version) throws Unreadable {
        Shard shard = new Shard(
                in.integer(),
                in.bytes(),
                version >= BYTES ? new Observations.Bytes(in.bytes()) : new Observations.Floats(in.floats()),
                in.bytes(),
                in.doubles(),
                in.integers(),
                version >= MASKS ? in.flags() : new boolean[0]);
        if (shard.returns().length != shard.lengths().length) {
            throw new Unreadable.Damaged("a shard has returns of " + shard.returns().length
                    + " episodes, and lengths of " + shard.lengths().length);
        }
        return shard;
    }

    /** A shard while Java serialises it, as Spark does with tasks and their results. */
    record Travelling(byte[] bytes) implements Serializable {
        private Object readResolve() throws InvalidObjectException {
            try {
                return decode(bytes);
            } catch (Unreadable e) {
                InvalidObjectException refused =
                        new InvalidObjectException("a shard that came here cannot be read: " + e.getMessage());
                refused.initCause(e);
                throw refused;
            }
        }
    }
}
