package io.sparring.run;

import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * A curve that comes point by point, of which a report keeps what can be seen.
 *
 * <p>The first and the last point are kept, and those between fall into buckets of equally many. When these become too many, each two
 * neighbours are made one: memory is the same for a thousand points and for a billion, and what comes out depends on the points alone.
 */
public final class Curve {
    /** More than a screen has pixels across. */
    static final int DRAWN = 2_000;

    /** A curve of more than twice as many points has a course: the means of this many equal runs of points. */
    static final int MEANS = DRAWN / 20;

    private final String name;
    private final int drawn;
    private final int means;
    /** A multiple of what is drawn, so that points are drawn and means are taken over nearly equal stretches; even. */
    private final int most;

    private final List<Bucket> inner = new ArrayList<>();
    /** The points of every bucket but the last, which may have fewer. */
    private long width = 1;

    private long count;
    private Bucket first;
    /** Null up to the second point. */
    private Bucket last;

    private record Point(double x, double y) {}

    /**
     * A stretch of points.
     *
     * @param count of its points
     * @param finite how many of them are no gap
     * @param sumX over all of them
     * @param sumY over those that are no gap
     * @param lowest the first of the lowest; the first point where all are gaps
     * @param highest the first of the highest; the first point where all are gaps
     */
    private record Bucket(long count, long finite, double sumX, double sumY, Point lowest, Point highest) {
        static Bucket of(double x, double y) {
            Point point = new Point(x, y);
            return Double.isFinite(y) ? new Bucket(1, 1, x, y, point, point) : new Bucket(1, 0, x, 0, point, point);
        }

        /** Both; the other one comes behind. */
        Bucket with(Bucket next) {
            boolean low = next.finite > 0 && (finite == 0 || next.lowest.y < lowest.y);
            boolean high = next.finite > 0 && (finite == 0 || next.highest.y > highest.y);
            return new Bucket(
                    count + next.count,
                    finite + next.finite,
                    sumX + next.sumX,
                    sumY + next.sumY,
                    low ? next.lowest : lowest,
                    high ? next.highest : highest);
        }
    }

    /** A curve without points. */
    public Curve(String name) {
        this(name, DRAWN);
    }

    /** @param drawn how many points are drawn; 4 or more */
    Curve(String name, int drawn) {
        this.name = name;
        this.drawn = drawn;
        means = drawn / 20;
        most = 8 * drawn;
    }

    /**
     * Adds the next point. One that does not lie at or behind the point before it is passed over: a digit that a bad disk has altered is
     * no reason to go without a report.
     *
     * @param x finite, and not less than that of the point before
     * @param y NaN and infinities are gaps
     */
    public void add(double x, double y) {
        Bucket before = last == null ? first : last;
        if (!Double.isFinite(x) || before != null && x < before.highest.x) {
            return;
        }
        Bucket point = Bucket.of(x, y);
        if (first == null) {
            first = point;
        } else {
            if (last != null) {
                keep(last);
            }
            last = point;
        }
        count++;
    }

    private void keep(Bucket point) {
        int open = inner.size() - 1;
        if (open >= 0 && inner.get(open).count < width) {
            inner.set(open, inner.get(open).with(point));
            return;
        }
        if (inner.size() == most) {
            for (int i = 0; i < most / 2; i++) {
                inner.set(i, inner.get(2 * i).with(inner.get(2 * i + 1)));
            }
            inner.subList(most / 2, most).clear();
            width *= 2;
        }
        inner.add(point);
    }

    /** How many stretches of points are remembered. */
    int buckets() {
        return inner.size();
    }

    /** The curve so far: at most 2,000 of its points. */
    public Series series() {
        return new Series(name, thinned(), count > 2 * means ? means() : null);
    }

    /**
     * The first and the last point, and of equal stretches between them the lowest and the highest: spikes survive, and drawn at
     * that many pixels nothing is missing. A gap stays if it fills a stretch.
     */
    private Points thinned() {
        List<Point> kept = new ArrayList<>();
        if (first != null) {
            kept.add(first.lowest);
        }
        int stretches = count <= drawn ? inner.size() : (drawn - 2) / 2;
        for (int i = 0; i < stretches; i++) {
            int from = (int) ((long) inner.size() * i / stretches);
            int to = (int) ((long) inner.size() * (i + 1) / stretches);
            Bucket all = inner.subList(from, to).stream().reduce(Bucket::with).orElseThrow();
            boolean lowestFirst = all.lowest.x <= all.highest.x;
            kept.add(lowestFirst ? all.lowest : all.highest);
            if (all.lowest != all.highest) {
                kept.add(lowestFirst ? all.highest : all.lowest);
            }
        }
        if (last != null) {
            kept.add(last.lowest);
        }
        return new Points(
                kept.stream().mapToDouble(Point::x).toArray(),
                kept.stream().mapToDouble(Point::y).toArray());
    }

    /** Means of equal runs of points, as far as buckets end where they do; gaps are left out. */
    private Points means() {
        List<Bucket> all = new ArrayList<>(inner);
        all.add(0, first);
        all.add(last);
        double[] x = new double[means];
        double[] y = new double[means];
        int next = 0;
        long passed = 0;
        for (int i = 0; i < means; i++) {
            int from = next;
            for (long end = Math.multiplyExact(count, i + 1L) / means; passed < end; next++) {
                passed += all.get(next).count;
            }
            Bucket run = all.subList(from, next).stream().reduce(Bucket::with).orElseThrow();
            x[i] = run.sumX / run.count;
            y[i] = run.finite == 0 ? Double.NaN : run.sumY / run.finite;
        }
        return new Points(x, y);
    }
}
