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
}
