package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.special.Erf;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class GaussianTest {
    @Test
    void cumulativeIsThatOfCommonsMath() {
        for (double z = -30; z <= 30; z += 0.0625) {
            double expected = 0.5 * Erf.erfc(-z / Math.sqrt(2));

            assertThat(Gaussian.cumulative(z)).isCloseTo(expected, Percentage.withPercentage(1e-6));
            assertThat(Gaussian.cumulative(z)).isCloseTo(expected, within(1e-14));
        }
    }

    @Test
    void aMassHasItsDigitsInBothTails() {
        assertThat(Gaussian.mass(9, 10)).isEqualTo(Gaussian.mass(-10, -9)).isGreaterThan(0);
        assertThat(Gaussian.mass(-40, 40)).isEqualTo(1);
        assertThat(Gaussian.mass(-1, 2)).isCloseTo(0.8185946141203637, within(1e-14));
    }

    @Test
    void aNarrowMassIsTheIntegral() {
        double width = 0.02;
        for (double z = 0; z <= 12; z += 0.125) {
            double integral = 0;
            int parts = 1000;
            for (int i = 0; i < parts; i++) {
                double at = z - width / 2 + width * (i + 0.5) / parts;
                integral += Math.exp(-0.5 * at * at) * width / parts / Math.sqrt(2 * Math.PI);
            }
            assertThat(Gaussian.logMass(z, width)).isCloseTo(Math.log(integral), within(1e-8));
        }
    }
}
