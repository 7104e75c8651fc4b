package io.sparring.tuning;

import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Continuous;
import io.sparring.tuning.Range.Stepped;
import io.sparring.tuning.Space.Dimension;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How much each key mattered for being among the best tenth: PED-ANOVA (Watanabe et al. 2023), as Optuna 5 has it, conditional
 * keys too. For each key alone, the density of the best tenth's values is compared with that of all values that were tried; the
 * more they differ (Pearson's χ² divergence), the more it mattered.
 */
public final class Importance {
    private static final double BEST = 0.1;

    /** Into so many parts a range is cut. */
    private static final int PARTS = 50;

    /** Added to a density, so that it is nowhere 0. */
    private static final double LEAST = 1e-12;

    /** 90 % of a part's kernel lie in the part. */
    private static final double NARROWEST = 0.5 / 1.64;

    private Importance() {}

    /**
     * @param points of candidates that have come to the same round: scores of different rounds are not comparable
     * @param scores theirs at that round, larger is better; those that are not finite are left out
     * @return key → its share of all importance, the largest first; all alike where nothing can be told
     */
    public static Map<String, Double> of(Space space, List<Point> points, double[] scores) {
        int[] all = IntStream.range(0, points.size())
                .filter(i -> Double.isFinite(scores[i]))
                .toArray();
        double[] sorted =
                Arrays.stream(all).mapToDouble(i -> scores[i]).sorted().toArray();
        int best = (int) Math.ceil(BEST * all.length);
        Map<String, Double> importance = new LinkedHashMap<>();
        for (Dimension dimension : space.dimensions()) {
            importance.put(dimension.key(), 0.0);
            if (all.length > 1) {
                double[] parts = parts(dimension, points);
                double worst = sorted[sorted.length - best];
                int[] good = Arrays.stream(all).filter(i -> scores[i] >= worst).toArray();
                importance.put(dimension.key(), importance(dimension, parts, good, all));
            }
        }
        double sum = importance.values().stream().mapToDouble(value -> value).sum();
        return importance.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        one -> sum > 0 ? one.getValue() / sum : 1.0 / importance.size(),
                        (one, other) -> one,
                        LinkedHashMap::new));
    }

    /** Into which part of its range each point's value falls; NaN where the point has none. */
    private static double[] parts(Dimension dimension, List<Point> points) {
        Column column = new Column(dimension);
        points.forEach(column::add);
        int parts = parts(dimension.range());
        return IntStream.range(0, points.size())
                .mapToDouble(i -> part(dimension.range(), parts, column.value(i)))
                .toArray();
    }

    private static double part(Range range, int parts, double value) {
        if (Double.isNaN(value) || range instanceof Choice) {
            return value;
        }
        double low;
        double high;
        if (range instanceof Stepped stepped) {
            low = stepped.low().doubleValue();
            high = stepped.last();
        } else {
            Continuous continuous = (Continuous) range;
            low = continuous.log() ? Math.log(continuous.low()) : continuous.low();
            high = continuous.log() ? Math.log(continuous.high()) : continuous.high();
        }
        double part = Math.ceil((value - low) / ((high - low) / (parts - 1)) - 0.5);
        return Math.min(parts - 1, Math.max(0, part));
    }

    private static int parts(Range range) {
        if (range instanceof Choice choice) {
            return choice.values().size();
        }
        return range instanceof Stepped stepped ? (int) Math.min(stepped.count(), PARTS) : PARTS;
    }

    private static double importance(Dimension dimension, double[] parts, int[] good, int[] all) {
        int count = parts(dimension.range());
        int[] goodCounts = counts(parts, good, count);
        int[] allCounts = counts(parts, all, count);
        double goodThere = Arrays.stream(goodCounts).sum();
        double allThere = Arrays.stream(allCounts).sum();
        if (count == 1 || goodThere == 0 || allThere < 2) {
            return 0;
        }
        boolean choice = dimension.range() instanceof Choice;
        double[] goodDensity = choice ? choices(goodCounts) : numbers(goodCounts);
        double[] allDensity = choice ? choices(allCounts) : numbers(allCounts);
        double divergence = 0;
        for (int part = 0; part < count; part++) {
            double difference = (goodDensity[part] + LEAST) / (allDensity[part] + LEAST) - 1;
            divergence += (allDensity[part] + LEAST) * difference * difference;
        }
        double share = goodThere / good.length;
        return share * share / (allThere / all.length) * divergence;
    }

    private static int[] counts(double[] parts, int[] points, int count) {
        int[] counts = new int[count];
        for (int point : points) {
            if (!Double.isNaN(parts[point])) {
                counts[(int) parts[point]]++;
            }
        }
        return counts;
    }

    /** A kernel for each part that has points, and a wide one that weighs as much as one point. */
    private static double[] choices(int[] counts) {
        double points = Arrays.stream(counts).sum();
        double wide = 1.0 / (Arrays.stream(counts).filter(count -> count > 0).count() + 1);
        double all = 1 + counts.length * wide;
        double[] density = new double[counts.length];
        for (int part = 0; part < counts.length; part++) {
            density[part] =
                    (counts[part] * (1 + wide) / all + (points - counts[part]) * wide / all + 1.0 / counts.length)
                            / (points + 1);
        }
        return density;
    }

    private static double[] numbers(int[] counts) {
        double points = Arrays.stream(counts).sum();
        double deviation = deviation(counts, points);
        double middle = (counts.length - 1) / 2.0;
        double[] density = new double[counts.length];
        for (int part = 0; part < counts.length; part++) {
            density[part] = mass(part, middle, counts.length, counts.length) / (points + 1);
            for (int other = 0; other < counts.length; other++) {
                density[part] += counts[other] * mass(part, other, deviation, counts.length) / (points + 1);
            }
        }
        return density;
    }

    /** Of a Gaussian that has nothing outside the range, what lies in a part. */
    private static double mass(int part, double mean, double deviation, int parts) {
        return Gaussian.mass((part - 0.5 - mean) / deviation, (part + 0.5 - mean) / deviation)
                / Gaussian.mass((-0.5 - mean) / deviation, (parts - 0.5 - mean) / deviation);
    }

    /** Scott's rule (1992), by what is smaller of the standard deviation and the way between the quartiles. */
    private static double deviation(int[] counts, double points) {
        double mean = 0;
        for (int part = 0; part < counts.length; part++) {
            mean += part * counts[part] / points;
        }
        double squares = 0;
        for (int part = 0; part < counts.length; part++) {
            squares += (part - mean) * (part - mean) * counts[part];
        }
        double standard = Math.sqrt(squares / Math.max(1, points - 1));
        int quartiles = part(counts, Math.floor(points * 3 / 4) + 1) - part(counts, Math.floor(points / 4));
        return Math.max(NARROWEST, 1.059 * Math.min(quartiles / 1.34, standard) * Math.pow(points, -0.2));
    }

    /** The first part with points up to which at least so many are counted. */
    private static int part(int[] counts, double wanted) {
        int sum = 0;
        for (int part = 0; part < counts.length; part++) {
            sum += counts[part];
            if (counts[part] > 0 && sum >= wanted) {
                return part;
            }
        }
        throw new IllegalArgumentException("there are no points");
    }
}
