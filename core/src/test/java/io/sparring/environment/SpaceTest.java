package io.sparring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpaceTest {
    @Test
    void aDiscreteSpaceContainsItsIndicesAlone() {
        Space space = new Space.Discrete(3);
        float[] values = {0f, 1f, 2f, 3f, -1f, 0.5f, Float.NaN, Float.POSITIVE_INFINITY};
        boolean[] contained = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            contained[i] = space.contains(values, i);
        }
        assertThat(contained).containsExactly(true, true, true, false, false, false, false, false);
    }

    @Test
    void aBoxContainsItsBoundsAndWhatLiesBetween() {
        Space space = new Space.Box(new float[] {-1f, 0f}, new float[] {1f, Float.POSITIVE_INFINITY});

        assertThat(space.contains(new float[] {-1f, 0f}, 0)).isTrue();
        assertThat(space.contains(new float[] {9f, 1f, 1e30f}, 1)).isTrue();
        assertThat(space.contains(new float[] {1.0001f, 0f}, 0)).isFalse();
        assertThat(space.contains(new float[] {0f, -0.1f}, 0)).isFalse();
        assertThat(space.contains(new float[] {0f, Float.NaN}, 0)).isFalse();
    }

    @Test
    void aBoxIsEqualToOneWithEqualBoundsAndKeepsItsOwnCopyOfThem() {
        float[] low = {0f, 0f};
        Space.Box box = new Space.Box(low, new float[] {1f, 1f});
        low[0] = -5f;

        assertThat(box).isEqualTo(Space.Box.of(2, 0f, 1f)).hasSameHashCodeAs(Space.Box.of(2, 0f, 1f));
        assertThat(box).isNotEqualTo(Space.Box.of(2, 0f, 2f)).isNotEqualTo(Space.Box.of(3, 0f, 1f));
    }

    @Test
    void aBoxNeedsOneOrderedPairOfBoundsForEachDimension() {
        assertThatThrownBy(() -> new Space.Box(new float[2], new float[3]))
                .hasMessage("a box needs as many lower as upper bounds, not 2 and 3");
        assertThatThrownBy(() -> new Space.Box(new float[0], new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Space.Box.of(1, 1f, 0f)).hasMessage("dimension 0 of a box runs from 1.0 to 0.0");
        assertThatThrownBy(() -> Space.Box.of(1, Float.NaN, 0f)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBoxOfBytesContainsWholeNumbersUpTo255() {
        Space.Box image = Space.Box.of(Space.Dtype.UINT8, 0, 255, 1, 2);

        assertThat(image.size()).isEqualTo(2);
        assertThat(image.contains(new float[] {0, 255}, 0)).isTrue();
        assertThat(image.contains(new float[] {0, 0.5f}, 0)).isFalse();
        assertThat(image.contains(new float[] {0, 256}, 0)).isFalse();
        assertThat(image.contains(new float[] {Float.NaN, 0}, 0)).isFalse();
        assertThatThrownBy(() -> Space.Box.of(Space.Dtype.UINT8, -1, 255, 2))
                .hasMessage("dimension 0 of a box of bytes runs from -1.0 to 255.0");
    }

    @Test
    void shapeAndDtypeArePartOfABox() {
        Space.Box box = Space.Box.of(Space.Dtype.UINT8, 0, 1, 2, 3);

        assertThat(box).isEqualTo(Space.Box.of(Space.Dtype.UINT8, 0, 1, 2, 3));
        assertThat(box)
                .isNotEqualTo(Space.Box.of(Space.Dtype.UINT8, 0, 1, 3, 2))
                .isNotEqualTo(Space.Box.of(Space.Dtype.FLOAT32, 0, 1, 2, 3));
        assertThat(box).hasToString("Box(0.0, 1.0, [2, 3], uint8)");
        assertThatThrownBy(() -> new Space.Box(new float[5], new float[5], new int[] {2, 3}, Space.Dtype.FLOAT32))
                .hasMessage("a box of the shape [2, 3] has 6 numbers, and there are 5 bounds");
        assertThatThrownBy(() -> Space.Box.of(Space.Dtype.FLOAT32, 0, 1, 2, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 24) + 1})
    void aDiscreteSpaceHasAsManyElementsAsAFloatCanCount(int n) {
        assertThatThrownBy(() -> new Space.Discrete(n))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not " + n);
    }

    @Test
    void aMultiDiscreteSpaceContainsAnIndexOfEachOfItsChoices() {
        Space space = Space.MultiDiscrete.of(2, 3);

        assertThat(space.size()).isEqualTo(2);
        assertThat(space.contains(new float[] {9, 1, 2}, 1)).isTrue();
        assertThat(space.contains(new float[] {0, 0}, 0)).isTrue();
        assertThat(space.contains(new float[] {2, 0}, 0)).isFalse();
        assertThat(space.contains(new float[] {0, 3}, 0)).isFalse();
        assertThat(space.contains(new float[] {0.5f, 0}, 0)).isFalse();
        assertThat(space.contains(new float[] {0, Float.NaN}, 0)).isFalse();
        assertThat(space.contains(new float[] {-1, 0}, 0)).isFalse();
    }

    @Test
    void theSizesOfAMultiDiscreteSpaceAreItsOwnAndAllThereIsToIt() {
        int[] sizes = {2, 3};
        Space.MultiDiscrete space = new Space.MultiDiscrete(sizes);
        sizes[0] = 9;

        assertThat(space).isEqualTo(Space.MultiDiscrete.of(2, 3)).hasSameHashCodeAs(Space.MultiDiscrete.of(2, 3));
        assertThat(space).isNotEqualTo(Space.MultiDiscrete.of(3, 2)).isNotEqualTo(new Space.MultiBinary(2));
        assertThat(space).hasToString("MultiDiscrete[sizes=[2, 3]]");
    }

    @Test
    void aMultiDiscreteSpaceHasChoicesAndEachOfThemAnElement() {
        assertThatThrownBy(Space.MultiDiscrete::of)
                .hasMessage("the choices of a multi-discrete space have 1 to 16777216 elements together, not 0");
        assertThatThrownBy(() -> Space.MultiDiscrete.of(2, 0))
                .hasMessage("every choice of a multi-discrete space has at least 1 element, not as in [2, 0]");
        assertThatThrownBy(() -> Space.MultiDiscrete.of(Integer.MAX_VALUE, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 4294967294");
    }

    @Test
    void aMultiBinarySpaceContainsBitsAlone() {
        Space space = new Space.MultiBinary(3);

        assertThat(space.size()).isEqualTo(3);
        assertThat(space.contains(new float[] {9, 0, 1, 1}, 1)).isTrue();
        assertThat(space.contains(new float[] {0, 2, 1}, 0)).isFalse();
        assertThat(space.contains(new float[] {0, 0.5f, 1}, 0)).isFalse();
        assertThat(space.contains(new float[] {0, 0, -1}, 0)).isFalse();
        assertThat(space).hasToString("MultiBinary[n=3]");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 24) + 1})
    void aMultiBinarySpaceHasBitsAndNotTooMany(int n) {
        assertThatThrownBy(() -> new Space.MultiBinary(n))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not " + n);
    }

    @Test
    void aMaskHasAFlagForEachLogitAndHasToLeaveSomethingOfEveryChoice() {
        boolean[] none = new boolean[9];
        boolean[] some = {false, true, false, false, true, false, false, false, true};

        Space discrete = new Space.Discrete(3);
        assertThat(discrete.maskSize()).isEqualTo(3);
        assertThat(discrete.leavesAny(none, 0)).isFalse();
        assertThat(discrete.leavesAny(some, 0)).isTrue();
        assertThat(discrete.leavesAny(some, 5)).isFalse();
        Space several = Space.MultiDiscrete.of(2, 3);
        assertThat(several.maskSize()).isEqualTo(5);
        assertThat(several.leavesAny(some, 0)).isTrue();
        assertThat(several.leavesAny(some, 2)).isFalse();
        assertThat(several.leavesAny(some, 4)).isTrue();
        assertThat(several.leavesAny(none, 0)).isFalse();
        Space bits = new Space.MultiBinary(4);
        assertThat(bits.maskSize()).isEqualTo(4);
        assertThat(bits.leavesAny(none, 0)).as("all bits 0").isTrue();
        assertThat(Space.Box.of(2, 0, 1).maskSize()).isZero();
    }
}
