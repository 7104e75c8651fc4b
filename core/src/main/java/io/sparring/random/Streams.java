package io.sparring.random;

import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.core.RandomProviderDefaultState;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Where every random number of a run comes from: a stream is named by (seed, shard, environment, purpose) and by nothing
 * else, so no result depends on a clock, on the order of threads or on who else draws.
 *
 * <p>The generator is xoroshiro128++ (Blackman and Vigna 2019). Its seed is made from the name by four rounds of the
 * SplitMix64 finaliser (Steele, Lea and Flood 2014), a bijection of 64 bits, so that neighbouring names give unrelated
 * streams.
 */
public final class Streams {
    private static final RandomSource GENERATOR = RandomSource.XO_RO_SHI_RO_128_PP;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Streams() {}

    /**
     * A 64-bit seed for one purpose of one environment of one shard.
     *
     * @param seed the run's seed
     * @param shard the shard, or the index of an evaluation
     * @param environment the environment within the shard, or the episode within the evaluation
     */
    public static long seed(long seed, long shard, long environment, Purpose purpose) {
        long mixed = mix(seed);
        mixed = mix(mixed ^ shard);
        mixed = mix(mixed ^ environment);
        return mix(mixed ^ purpose.ordinal());
    }

    /** A generator that starts at {@code seed}. */
    public static RestorableUniformRandomProvider of(long seed) {
        return GENERATOR.create(new long[] {mix(seed), mix(seed ^ GOLDEN_GAMMA)});
    }

    /** A generator for one purpose; see {@link #seed}. */
    public static RestorableUniformRandomProvider of(long seed, long shard, long environment, Purpose purpose) {
        return of(seed(seed, shard, environment, purpose));
    }

    static byte[] save(RestorableUniformRandomProvider generator) {
        return ((RandomProviderDefaultState) generator.saveState()).getState();
    }

    static void restore(RestorableUniformRandomProvider generator, byte[] state) {
        generator.restoreState(new RandomProviderDefaultState(state));
    }

    private static long mix(long value) {
        long z = value + GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
