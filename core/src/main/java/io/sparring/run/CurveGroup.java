package io.sparring.run;

import io.sparring.run.ReportData.Band;
import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several curves of the same thing as one: their mean, and a band from the lowest to the highest.
 *
 * <p>Between two of its points a curve is straight. Before its first it does not count. Behind its last it stays where it was: a run ends at its
 * target, and without it the mean of the others would fall.
 */
public final class CurveGroup {
    /** As many points as tell a course. */
    static final int DRAWN = 500;

    private CurveGroup() {}

    /** Under this name, by points of all curves. */
    public static Series of(String name, List<Points> curves) {
        List<Points> whole = curves.stream()
                .map(CurveGroup::withoutGaps)
                .filter(curve -> curve.x().length > 0)
                .toList();
        double[] x = drawn(whole.stream()
                .flatMapToDouble(curve -> Arrays.stream(curve.x()))
                .sorted()
                .distinct()
                .toArray());
        double[] mean = new double[x.length];
        double[] low = new double[x.length];
        double[] high = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double at = x[i];
            var there = whole.stream()
                    .filter(curve -> at >= curve.x()[0])
                    .mapToDouble(curve -> height(curve, at))
                    .summaryStatistics();
            mean[i] = there.getAverage();
            low[i] = there.getMin();
            high[i] = there.getMax();
        }
        return new Series(name, new Points(x, mean), null, new Band(low, high));
    }

    private static Points withoutGaps(Points curve) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < curve.x().length; i++) {
            if (Double.isFinite(curve.y()[i])) {
                kept.add(i);
            }
        }
        return new Points(
                kept.stream().mapToDouble(i -> curve.x()[i]).toArray(),
                kept.stream().mapToDouble(i -> curve.y()[i]).toArray());
    }

    /** The first, the last, and of those between as many as are drawn. */
    private static double[] drawn(double[] x) {
        if (x.length <= DRAWN) {
            return x;
        }
        double[] drawn = new double[DRAWN];
        for (int i = 0; i < DRAWN; i++) {
            drawn[i] = x[(int) ((long) i * (x.length - 1) / (DRAWN - 1))];
        }
        return drawn;
    }

    private static double height(Points curve, double at) {
        int found = Arrays.binarySearch(curve.x(), at);
        if (found >= 0) {
            return curve.y()[found];
        }
        int after = -found - 1;
        if (after == curve.x().length) {
            return curve.y()[after - 1];
        }
        double share = (at - curve.x()[after - 1]) / (curve.x()[after] - curve.x()[after - 1]);
        return curve.y()[after - 1] + share * (curve.y()[after] - curve.y()[after - 1]);
    }
}
