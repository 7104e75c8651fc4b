package io.sparring.rollout;

import io.sparring.format.Format;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * A shard as bytes: the same between driver and executors, in checkpoints, and in what asynchronous workers leave behind. Version 2 of
 * the {@link Format} {@code SHRD}, big-endian, every array behind its length:
 *
 * <pre>
 *   index (int) · environment (bytes) · observations (floats) · generators (bytes) · returns (doubles) · lengths (ints) · allowed (flags)
 * </pre>
 *
 * <p>Version 1 ends before {@code allowed}. A shard without masks is still written so: its bytes are those of all builds.
 */
public final class ShardCodec {
    private static final Format FORMAT = new Format("SHRD", "a shard", new Versions(1, 2));
    private static final Format WITHOUT_MASKS = new Format("SHRD", "a shard", new Versions(1, 1));

    private ShardCodec() {}

    /** Equal shards are equal bytes. */
    public static byte[] encode(Shard shard) {
        Format format = shard.allowed().length == 0 ? WITHOUT_MASKS : FORMAT;
        return format.write(out -> write(shard, out), 7 * Integer.BYTES + (int) shard.bytes());
    }

    /** @throws Unreadable if it is none that {@link #encode} gave, or that of a build that this one cannot follow */
    public static Shard decode(byte[] bytes) throws Unreadable {
        return FORMAT.read(bytes, ShardCodec::readContent);
    }

    private static void write(Shard shard, Output out) {
        out.integer(shard.index());
        out.bytes(shard.environment());
        out.floats(shard.observations());
        out.bytes(shard.actionGenerators());
        out.doubles(shard.returns());
        out.integers(shard.lengths());
        if (shard.allowed().length > 0) {
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
                in.floats(),
                in.bytes(),
                in.doubles(),
                in.integers(),
                version == 1 ? new boolean[0] : in.flags());
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
