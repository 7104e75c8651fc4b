package io.sparring.random;

import java.nio.ByteBuffer;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;

/** One generator for each of B copies, whose states are written and read together. */
public final class Generators {
    private static final int STATE_BYTES = Streams.save(Streams.of(0)).length;

    private final RestorableUniformRandomProvider[] generators;

    private Generators(RestorableUniformRandomProvider[] generators) {
        this.generators = generators;
    }

    /** A generator a seed. */
    public static Generators of(long[] seeds) {
        RestorableUniformRandomProvider[] generators = new RestorableUniformRandomProvider[seeds.length];
        for (int i = 0; i < seeds.length; i++) {
            generators[i] = Streams.of(seeds[i]);
        }
        return new Generators(generators);
    }

    /** The generators that {@link #write} wrote. */
    public static Generators read(ByteBuffer bytes, int copies) {
        Generators read = of(new long[copies]);
        byte[] state = new byte[STATE_BYTES];
        for (RestorableUniformRandomProvider generator : read.generators) {
            bytes.get(state);
            Streams.restore(generator, state);
        }
        return read;
    }

    /** How many bytes {@link #write} writes for so many copies. */
    public static int bytes(int copies) {
        return copies * STATE_BYTES;
    }

    /** Appends the states of all generators. */
    public void write(ByteBuffer bytes) {
        for (RestorableUniformRandomProvider generator : generators) {
            bytes.put(Streams.save(generator));
        }
    }

    /** The generator of one copy. */
    public UniformRandomProvider get(int copy) {
        return generators[copy];
    }
}
