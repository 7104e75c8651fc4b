package io.sparring.tuning;

import java.util.List;

public final class InterquartileMean {
    public record Interval(double value, double low, double high) {}

    static Interval of(List<Double> scores, long seed) {
        double m = scores.stream().mapToDouble(x -> x).average().orElse(Double.NaN);
        return new Interval(m, m, m);
    }

    private InterquartileMean() {}
}
