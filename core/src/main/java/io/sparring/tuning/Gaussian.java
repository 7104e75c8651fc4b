package io.sparring.tuning;

/** The standard normal distribution. */
final class Gaussian {
    /** log √(2π) */
    static final double LOG_ROOT_2PI = 0.5 * Math.log(2 * Math.PI);

    /** Between −this and this lies all but what 1 has no digits for. */
    static final double ALL = 8.4;

    private static final double NARROW = 0.02;
    private static final double ROOT_2PI = Math.sqrt(2 * Math.PI);
    private static final double[] NUMERATOR = {
        220.206867912376,
        221.213596169931,
        112.079291497871,
        33.912866078383,
        6.37396220353165,
        0.700383064443688,
        3.52624965998911e-02
    };
    private static final double[] DENOMINATOR = {
        440.413735824752,
        793.826512519948,
        637.333633378831,
        296.564248779674,
        86.7807322029461,
        16.064177579207,
        1.75566716318264,
        8.83883476483184e-02
    };

    private Gaussian() {}

    /** Φ(z): Hart's rational function (1968, as in West 2005), beyond |z| = 7 a continued fraction; 10⁻¹⁵ from the truth. */
    static double cumulative(double z) {
        double x = Math.abs(z);
        double density = Math.exp(-0.5 * x * x);
        double tail;
        if (x < 7) {
            tail = density * polynomial(NUMERATOR, x) / polynomial(DENOMINATOR, x);
        } else {
            double fraction = x;
            for (int i = 12; i >= 1; i--) {
                fraction = x + i / fraction;
            }
            tail = density / (ROOT_2PI * fraction);
        }
        return z > 0 ? 1 - tail : tail;
    }

    /** Φ(b) − Φ(a) for a ≤ b, with all digits in both tails. */
    static double mass(double a, double b) {
        if (a > 0) {
            return cumulative(-a) - cumulative(-b);
        }
        if (b < 0) {
            return cumulative(b) - cumulative(a);
        }
        return 1 - (a < -ALL ? 0 : cumulative(a)) - (b > ALL ? 0 : cumulative(-b));
    }

    /**
     * log (Φ(z + width/2) − Φ(z − width/2)), to ten digits for |z| ≤ 12: where it is narrow, by the density's first derivatives in
     * its middle, without exponentials.
     */
    static double logMass(double z, double width) {
        if (width > NARROW) {
            return Math.log(mass(z - width / 2, z + width / 2));
        }
        double square = z * z;
        double squareWidth = width * width;
        double curvature =
                squareWidth / 24 * (square - 1) + squareWidth * squareWidth / 1920 * (square * square - 6 * square + 3);
        double logOnePlus = curvature * (1 - curvature * (1.0 / 2 - curvature / 3));
        return Math.log(width) - LOG_ROOT_2PI - 0.5 * square + logOnePlus;
    }

    private static double polynomial(double[] coefficients, double x) {
        double sum = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum * x + coefficients[i];
        }
        return sum;
    }
}
