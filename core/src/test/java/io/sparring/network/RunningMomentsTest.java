package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RunningMomentsTest {
    private static RunningMoments of(float... numbers) {
        return RunningMoments.of(new Observations.Floats(numbers), 1);
    }

    /** However a stream is cut into rollouts and shards, it is the same stream but for roundings. */
    @Property
    void partsPutTogetherAreTheWhole(
            @ForAll @Size(min = 1, max = 40) List<@FloatRange(min = -1e3f, max = 1e3f) Float> drawn,
            @ForAll @IntRange(max = 40) int oneCut,
            @ForAll @IntRange(max = 40) int anotherCut) {
        float[] numbers = new float[drawn.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = drawn.get(i);
        }
        int first = Math.min(numbers.length, Math.min(oneCut, anotherCut));
        int second = Math.min(numbers.length, Math.max(oneCut, anotherCut));
        RunningMoments a = of(Arrays.copyOf(numbers, first));
        RunningMoments b = of(Arrays.copyOfRange(numbers, first, second));
        RunningMoments c = of(Arrays.copyOfRange(numbers, second, numbers.length));

        requireClose(a.plus(b).plus(c), of(numbers));
        requireClose(a.plus(b.plus(c)), of(numbers));
        requireClose(c.plus(a).plus(b), of(numbers));
    }

    private static void requireClose(RunningMoments actual, RunningMoments expected) {
        assertThat(actual.count()).isEqualTo(expected.count());
        assertThat(actual.means()[0]).isCloseTo(expected.means()[0], within(1e-10));
        assertThat(actual.squares()[0]).isCloseTo(expected.squares()[0], within(1e-12 * expected.squares()[0] + 1e-8));
    }

    @Property
    void noSpreadIsNegative(
            @ForAll @Size(min = 1, max = 20) float[] numbers, @ForAll @Size(min = 1, max = 20) float[] others) {
        assertThat(of(numbers).plus(of(others)).squares()[0]).isNotNegative();
    }

    /** Of sums of squares nothing would be left here. */
    @Example
    void aSmallSpreadAboutALargeMeanIsSeen() {
        RunningMoments moments = RunningMoments.none(1);
        for (int i = 0; i < 1000; i++) {
            moments = moments.plus(RunningMoments.of(new double[] {1e9 + i % 2, 1e9 + i % 2}));
        }

        assertThat(moments.count()).isEqualTo(2000);
        assertThat(moments.means()[0]).isEqualTo(1e9 + 0.5);
        assertThat(moments.variance(0)).isCloseTo(0.25, within(1e-9));
    }

    @Example
    void eachNumberOfARowHasItsOwn() {
        RunningMoments moments = RunningMoments.of(new Observations.Floats(new float[] {1, 10, 3, 30, 5, 50}), 2);

        assertThat(moments).isEqualTo(new RunningMoments(3, new double[] {3, 30}, new double[] {8, 800}));
        assertThat(moments.hashCode())
                .isEqualTo(moments.plus(RunningMoments.none(2)).hashCode());
        assertThat(RunningMoments.of(new double[] {1, 3, 5}))
                .isEqualTo(new RunningMoments(3, new double[] {3}, new double[] {8}));
    }

    @Example
    void nothingThatIsSeenAddsNothing() {
        RunningMoments moments = of(1, 2);

        assertThat(moments.plus(RunningMoments.none(1))).isEqualTo(moments);
        assertThat(RunningMoments.none(1).plus(moments)).isEqualTo(moments);
        assertThat(RunningMoments.of(new double[0])).isEqualTo(RunningMoments.none(1));
        assertThat(RunningMoments.of(new Observations.Floats(new float[6]), 0)).isEqualTo(RunningMoments.none(0));
        assertThat(RunningMoments.none(3).variance(2)).isEqualTo(1);
    }

    @Example
    void whatHasNoFormIsRefused() {
        assertThatThrownBy(() -> new RunningMoments(-1, new double[1], new double[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RunningMoments(1, new double[1], new double[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
