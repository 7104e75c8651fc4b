package io.sparring.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GlobalNormTest {
    @Test
    void theNormIsTheRootOfTheSumOfSquares() {
        assertThat(GlobalNorm.of(new float[] {3, 0, -4})).isEqualTo(5);
        assertThat(GlobalNorm.of(new float[0])).isZero();
    }

    @Test
    void theNormOfLargeFloatsIsNotInfinite() {
        assertThat(GlobalNorm.of(new float[] {3e38f, 3e38f})).isCloseTo(4.2426e38, within(1e34));
    }

    @Test
    void aLongGradientIsScaledToTheLimitAndItsOldNormTold() {
        float[] gradient = {3, 0, -4};

        assertThat(GlobalNorm.clip(gradient, 0.5)).isEqualTo(5);
        assertThat(gradient).containsExactly(0.3f, 0, -0.4f);
    }

    @Test
    void aShortGradientAndOneThatIsJustAsLongStayAsTheyAre() {
        float[] gradient = {3, 0, -4};

        assertThat(GlobalNorm.clip(gradient, 5)).isEqualTo(5);
        assertThat(GlobalNorm.clip(gradient, 5.1)).isEqualTo(5);
        assertThat(gradient).containsExactly(3, 0, -4);
    }

    @Test
    void aLimitOfZeroTurnsClippingOff() {
        float[] gradient = {3, 0, -4};

        assertThat(GlobalNorm.clip(gradient, 0)).isEqualTo(5);
        assertThat(gradient).containsExactly(3, 0, -4);
    }

    @Property
    void clippingKeepsTheDirectionAndTheLimit(
            @ForAll @Size(min = 1, max = 50) List<@FloatRange(min = -1000, max = 1000) Float> elements,
            @ForAll @DoubleRange(min = 0.01, max = 1e3) double max) {
        float[] gradient = new float[elements.size()];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = elements.get(i);
        }
        float[] clipped = gradient.clone();
        double norm = GlobalNorm.clip(clipped, max);

        assertThat(norm).isEqualTo(GlobalNorm.of(gradient));
        assertThat(GlobalNorm.of(clipped)).isLessThanOrEqualTo(Math.min(norm, max) * (1 + 1e-6));
        double factor = norm > max ? max / norm : 1;
        for (int i = 0; i < gradient.length; i++) {
            assertThat((double) clipped[i])
                    .isCloseTo(gradient[i] * factor, within(1e-6 * Math.abs(gradient[i]) + 1e-30));
        }
    }
}
