package io.sparring.rollout;

import io.sparring.format.Format;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.network.Observations;
import io.sparring.policy.LastingNoise;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * A shard as bytes: the same between driver and executors, in checkpoints, and in what asynchronous workers leave behind. Version 7 of
 * the {@link Format} {@code SHRD}, big-endian, every array behind its length:
 *
 * <pre>
 *   index (int) · environment (bytes) · bytes that one of the observations takes (int: 1, 4, or 0 where they are of both kinds) · observations (bytes or
 *   floats; of both kinds: the runs of a row's layout (ints), bytes, floats)
 *   · generators (bytes) · returns (doubles) · lengths (ints) · allowed (flags) · noise (floats) · the steps that it has served (int)
 *   · discounted returns (doubles) · memory (floats)
 * </pre>
 *
 * <p>Before version 7 none are of both kinds. Version 5 ends before {@code memory}, version 4 before the discounted returns. Versions 1 to 3 say nothing of how many bytes an observation takes and end before {@code noise}. In version 3 observations are bytes, before that
 * floats, and version 1 ends before {@code allowed}. A shard is written in the first version that can hold it: its bytes are those of all
 * builds.
 */
public final class ShardCodec {
    private static final int MIXED = 7;
    private static final int MEMORY = 6;
    private static final int DISCOUNTED_RETURNS = 5;
    private static final int NOISE = 4;
    private static final int BYTES = 3;
    private static final int MASKS = 2;
    private static final int FLOATS = 1;

    private static final Format FORMAT = format(MIXED);

    private ShardCodec() {}

    /** Equal shards are equal bytes. */
    public static byte[] encode(Shard shard) {
        int version = version(shard);
        return format(version).write(out -> write(shard, version, out), 12 * Integer.BYTES + (int) shard.bytes());
    }

    private static int version(Shard shard) {
        if (shard.observations() instanceof Observations.Mixed) {
            return MIXED;
        }
        if (shard.memory().length > 0) {
            return MEMORY;
        }
        if (shard.discountedReturns().length > 0) {
            return DISCOUNTED_RETURNS;
        }
        if (shard.noise().values().length > 0) {
            return NOISE;
        }
        if (shard.observations() instanceof Observations.Bytes) {
            return BYTES;
        }
        return shard.allowed().length > 0 ? MASKS : FLOATS;
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
        if (version >= NOISE) {
            ObservationsCodec.write(shard.observations(), out);
        } else {
            ObservationsCodec.writeNumbers(shard.observations(), out);
        }
        out.bytes(shard.actionGenerators());
        out.doubles(shard.returns());
        out.integers(shard.lengths());
        if (version >= MASKS) {
            out.flags(shard.allowed());
        }
        if (version >= NOISE) {
            out.floats(shard.noise().values());
            out.integer(shard.noise().steps());
        }
        if (version >= DISCOUNTED_RETURNS) {
            out.doubles(shard.discountedReturns());
        }
        if (version >= MEMORY) {
            out.floats(shard.memory());
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
                observations(in, version),
                in.bytes(),
                in.doubles(),
                in.integers(),
                version >= MASKS ? in.flags() : new boolean[0],
                version >= NOISE ? new LastingNoise(in.floats(), in.integer()) : LastingNoise.NONE,
                version >= DISCOUNTED_RETURNS ? in.doubles() : new double[0],
                version >= MEMORY ? in.floats() : new float[0]);
        if (shard.returns().length != shard.lengths().length) {
            throw new Unreadable.Damaged("a shard has returns of " + shard.returns().length
                    + " episodes, and lengths of " + shard.lengths().length);
        }
        return shard;
    }

    private static Observations observations(Input in, int version) throws Unreadable {
        if (version >= NOISE) {
            return ObservationsCodec.read(in);
        }
        return version == BYTES ? new Observations.Bytes(in.bytes()) : new Observations.Floats(in.floats());
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
