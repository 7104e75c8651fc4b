package io.sparring.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class StreamsTest {
    /**
     * Every result of every run depends on these. The numbers were computed apart from this code, from the definitions of
     * xoroshiro128++ and of SplitMix64's finaliser.
     */
    @Test
    void theStreamsNeverChange() {
        assertThat(Streams.seed(0, 0, 0, Purpose.PARAMETERS)).isEqualTo(2391539541053276776L);
        assertThat(firstThree(Streams.of(0, 0, 0, Purpose.PARAMETERS)))
                .containsExactly(-2386008708225958541L, 6244594704887950306L, -7012795693102495095L);
        assertThat(Streams.seed(7, 1, 3, Purpose.ENVIRONMENT)).isEqualTo(7556604334677394376L);
        assertThat(firstThree(Streams.of(7, 1, 3, Purpose.ENVIRONMENT)))
                .containsExactly(2661609268843343160L, 6830773894092714522L, 4915650800225344302L);
        assertThat(Streams.seed(-1, 2, 0, Purpose.EVALUATION_ACTION)).isEqualTo(7264910933588723627L);
        assertThat(firstThree(Streams.of(-1, 2, 0, Purpose.EVALUATION_ACTION)))
                .containsExactly(2669536190364530925L, -4960617301103000910L, 4249238623215922170L);
        assertThat(firstThree(Streams.of(0)))
                .containsExactly(8027914721839836897L, -4641210657545349971L, 5256508173613850168L);
    }

    /** How bits become numbers is Commons RNG's choice: a new version that chooses otherwise shows here. */
    @Test
    void whatIsMadeOfAStreamNeverChanges() {
        UniformRandomProvider stream = Streams.of(0);

        assertThat(stream.nextInt()).isEqualTo(-496734495);
        assertThat(stream.nextDouble()).isEqualTo(0.7483994661063227);
        assertThat(stream.nextFloat()).isEqualTo(0.43519408f);
        assertThat(stream.nextBoolean()).isFalse();
        assertThat(stream.nextInt(10)).isEqualTo(5);
        assertThat(stream.nextDouble(-0.05, 0.05)).isEqualTo(-0.0037777438629735816);
    }

    /** Adding a purpose must leave the streams of the others alone. */
    @Test
    void purposesKeepTheirNumbers() {
        assertThat(Purpose.values())
                .startsWith(
                        Purpose.PARAMETERS,
                        Purpose.ENVIRONMENT,
                        Purpose.ACTION,
                        Purpose.EVALUATION_ENVIRONMENT,
                        Purpose.EVALUATION_ACTION);
    }

    @Property
    void equalNamesGiveEqualStreams(
            @ForAll long seed, @ForAll long shard, @ForAll long environment, @ForAll Purpose purpose) {
        assertThat(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isEqualTo(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isEqualTo(firstThree(Streams.of(Streams.seed(seed, shard, environment, purpose))));
    }

    @Property
    void anotherSeedGivesAnotherStream(
            @ForAll long seed,
            @ForAll long other,
            @ForAll long shard,
            @ForAll long environment,
            @ForAll Purpose purpose) {
        Assume.that(seed != other);
        assertThat(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isNotEqualTo(firstThree(Streams.of(other, shard, environment, purpose)));
    }

    @Property
    void anotherShardGivesAnotherStream(
            @ForAll long seed,
            @ForAll long shard,
            @ForAll long other,
            @ForAll long environment,
            @ForAll Purpose purpose) {
        Assume.that(shard != other);
        assertThat(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isNotEqualTo(firstThree(Streams.of(seed, other, environment, purpose)));
    }

    @Property
    void anotherEnvironmentGivesAnotherStream(
            @ForAll long seed,
            @ForAll long shard,
            @ForAll long environment,
            @ForAll long other,
            @ForAll Purpose purpose) {
        Assume.that(environment != other);
        assertThat(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isNotEqualTo(firstThree(Streams.of(seed, shard, other, purpose)));
    }

    @Property
    void anotherPurposeGivesAnotherStream(
            @ForAll long seed,
            @ForAll long shard,
            @ForAll long environment,
            @ForAll Purpose purpose,
            @ForAll Purpose other) {
        Assume.that(purpose != other);
        assertThat(firstThree(Streams.of(seed, shard, environment, purpose)))
                .isNotEqualTo(firstThree(Streams.of(seed, shard, environment, other)));
    }

    /** Shard 1's environment 0 is not shard 0's environment 1: the parts of a name can't stand in for each other. */
    @Test
    void allNamesOfASmallRunHaveDifferentSeeds() {
        long different = LongStream.range(0, 10)
                .flatMap(seed -> LongStream.range(0, 10)
                        .flatMap(shard -> LongStream.range(0, 10)
                                .flatMap(environment -> LongStream.range(0, Purpose.values().length)
                                        .map(purpose -> Streams.seed(
                                                seed, shard, environment, Purpose.values()[(int) purpose])))))
                .distinct()
                .count();

        assertThat(different).isEqualTo(10 * 10 * 10 * Purpose.values().length);
    }

    @Test
    void neighbouringStreamsAreUncorrelated() {
        int streams = 20_000;
        double sum = 0;
        for (int i = 0; i < streams; i++) {
            double here = Streams.of(0, 0, i, Purpose.ENVIRONMENT).nextDouble() - 0.5;
            double next = Streams.of(0, 0, i + 1, Purpose.ENVIRONMENT).nextDouble() - 0.5;
            sum += here * next * 12;
        }
        // The correlation's standard deviation is 1/√20,000 ≈ 0.007.
        assertThat(sum / streams).isCloseTo(0, within(0.03));
    }

    @Property
    void aSavedStreamGoesOnWhereItWas(@ForAll long seed, @ForAll @IntRange(min = 0, max = 9) int drawn) {
        RestorableUniformRandomProvider original = Streams.of(seed);
        for (int i = 0; i < drawn; i++) {
            // An int and a boolean leave the unused bits of a long behind: they are part of the state.
            original.nextInt();
            original.nextBoolean();
        }
        byte[] saved = Streams.save(original);
        RestorableUniformRandomProvider restored = Streams.of(seed + 1);

        Streams.restore(restored, saved);

        for (int i = 0; i < 70; i++) {
            assertThat(restored.nextBoolean()).isEqualTo(original.nextBoolean());
            assertThat(restored.nextInt()).isEqualTo(original.nextInt());
            assertThat(restored.nextLong()).isEqualTo(original.nextLong());
        }
    }

    private static long[] firstThree(UniformRandomProvider stream) {
        return new long[] {stream.nextLong(), stream.nextLong(), stream.nextLong()};
    }
}
