package io.sparring.tuning;

import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Continuous;
import io.sparring.tuning.Range.Stepped;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * A density over several keys at once: one kernel around every candidate and a wide one over everything, as in Optuna's TPE. A
 * kernel is a product: over numbers a Gaussian cut off at the range's ends, as wide as the way to the farther neighbour; over
 * steps such a Gaussian's mass; over choices mostly the candidate's own. The last 25 candidates weigh 1, older ones less the
 * older they are.
 */
final class ParzenEstimator {
    private static final int FULL_WEIGHT = 25;

    /** Of a kernel's width in the range's: at least 1 in so many. */
    private static final double NARROWEST = 100;

    /** What is smaller than the largest term by this factor's exponential is nothing in a sum of doubles. */
    private static final double NEGLIGIBLE = 45;

    /** A Gaussian has nothing beyond, even where the wide kernel is all there is to compare with. */
    private static final double FAR = 12;

    private final Kernels[] keys;
    private final int kernels;

    /** log (weight · what does not depend on where the density is taken), of each kernel. */
    private final double[] constants;

    private final double[] cumulativeWeights;
    private final double[] terms;

    /**
     * @param columns the keys
     * @param candidates in the order in which they were begun; every one has every key
     */
    ParzenEstimator(List<Column> columns, int[] candidates) {
        kernels = candidates.length + 1;
        terms = new double[kernels];
        constants = new double[kernels];
        cumulativeWeights = new double[kernels];
        double sum = 0;
        for (int k = 0; k < kernels; k++) {
            sum += weight(k);
            cumulativeWeights[k] = sum;
        }
        for (int k = 0; k < kernels; k++) {
            constants[k] = Math.log(weight(k) / sum);
        }
        int[] kernelOf = new int[candidates.length == 0 ? 0 : candidates[candidates.length - 1] + 1];
        Arrays.fill(kernelOf, -1);
        for (int k = 0; k < candidates.length; k++) {
            kernelOf[candidates[k]] = k;
        }
        keys = columns.stream()
                .map(column -> column.dimension().range() instanceof Choice choice
                        ? new Choices(choice, column, candidates)
                        : new Numbers(column, candidates, kernelOf))
                .toArray(Kernels[]::new);
        for (Kernels key : keys) {
            key.addConstants(constants);
        }
    }

    /** The wide kernel, the last one, weighs as much as the latest candidate. */
    private double weight(int kernel) {
        int candidates = kernels - 1;
        int old = candidates - FULL_WEIGHT;
        if (kernel >= old) {
            return 1;
        }
        double oldest = 1.0 / candidates;
        return old == 1 ? oldest : oldest + (1 - oldest) * kernel / (old - 1);
    }

    /** The density's logarithm where the keys have these numbers, in the order of the columns; see {@link Column}. */
    double logDensity(double[] at) {
        System.arraycopy(constants, 0, terms, 0, kernels);
        for (int i = 0; i < keys.length; i++) {
            keys[i].addLogDensities(at[i], terms);
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (double term : terms) {
            if (term > largest) {
                largest = term;
            }
        }
        if (largest == Double.NEGATIVE_INFINITY) {
            return largest;
        }
        double sum = 0;
        for (double term : terms) {
            if (term > largest - NEGLIGIBLE) {
                sum += Math.exp(term - largest);
            }
        }
        return largest + Math.log(sum);
    }

    /** Numbers drawn from the density. */
    double[] draw(UniformRandomProvider random) {
        double wanted = random.nextDouble() * cumulativeWeights[kernels - 1];
        int place = Arrays.binarySearch(cumulativeWeights, wanted);
        int kernel = Math.min(kernels - 1, place < 0 ? -place - 1 : place + 1);
        return Arrays.stream(keys).mapToDouble(key -> key.draw(kernel, random)).toArray();
    }

    /** Of one key, all kernels. */
    private interface Kernels {
        void addConstants(double[] constants);

        void addLogDensities(double at, double[] terms);

        double draw(int kernel, UniformRandomProvider random);
    }

    private static final class Choices implements Kernels {
        private final int choices;
        private final int[] own;
        private final double ownProbability;
        private final double otherProbability;

        Choices(Choice choice, Column column, int[] candidates) {
            choices = choice.values().size();
            own = Arrays.stream(candidates)
                    .map(candidate -> (int) column.value(candidate))
                    .toArray();
            double wide = 1.0 / (own.length + 1);
            ownProbability = (1 + wide) / (1 + choices * wide);
            otherProbability = wide / (1 + choices * wide);
        }

        @Override
        public void addConstants(double[] constants) {
            constants[own.length] -= Math.log(choices);
        }

        @Override
        public void addLogDensities(double at, double[] terms) {
            double same = Math.log(ownProbability);
            double other = Math.log(otherProbability);
            for (int k = 0; k < own.length; k++) {
                terms[k] += own[k] == at ? same : other;
            }
        }

        @Override
        public double draw(int kernel, UniformRandomProvider random) {
            int any = random.nextInt(choices);
            boolean fromAll = kernel == own.length || random.nextDouble() < choices * otherProbability;
            return fromAll ? any : own[kernel];
        }
    }

    private static final class Numbers implements Kernels {
        /** Of steps, else 0. */
        private final double step;

        private final double low;
        private final double high;
        private final double[] mean;
        private final double[] deviation;
        private final double[] inverse;
        private final int[] sorted;

        Numbers(Column column, int[] candidates, int[] kernelOf) {
            if (column.dimension().range() instanceof Stepped stepped) {
                step = stepped.step().doubleValue();
                low = stepped.low().doubleValue() - step / 2;
                high = stepped.last() + step / 2;
            } else {
                Continuous continuous = (Continuous) column.dimension().range();
                step = 0;
                low = continuous.log() ? Math.log(continuous.low()) : continuous.low();
                high = continuous.log() ? Math.log(continuous.high()) : continuous.high();
            }
            int n = candidates.length;
            mean = Arrays.copyOf(
                    Arrays.stream(candidates).mapToDouble(column::value).toArray(), n + 1);
            mean[n] = 0.5 * (low + high);
            sorted = new int[n];
            int found = 0;
            for (int rank = 0; found < n; rank++) {
                int candidate = column.ranked(rank);
                if (candidate < kernelOf.length && kernelOf[candidate] >= 0) {
                    sorted[found++] = kernelOf[candidate];
                }
            }
            deviation = deviations();
            inverse = Arrays.stream(deviation).map(width -> 1 / width).toArray();
        }

        /** The way to the farther neighbour; at the ends, if there are two candidates, to the only one. */
        private double[] deviations() {
            int n = sorted.length;
            double[] deviations = new double[n + 1];
            double widest = high - low;
            double narrowest = widest / Math.min(NARROWEST, 2.0 + n);
            for (int rank = 0; rank < n; rank++) {
                double here = mean[sorted[rank]];
                double below = here - (rank == 0 ? low : mean[sorted[rank - 1]]);
                double above = (rank == n - 1 ? high : mean[sorted[rank + 1]]) - here;
                double way = Math.max(below, above);
                if (n > 1 && rank == 0) {
                    way = above;
                } else if (n > 1 && rank == n - 1) {
                    way = below;
                }
                deviations[sorted[rank]] = Math.min(widest, Math.max(narrowest, way));
            }
            deviations[n] = widest;
            return deviations;
        }

        @Override
        public void addConstants(double[] constants) {
            // Most kernels are equally narrow and far from both ends.
            double lastDeviation = 0;
            double lastLog = 0;
            for (int k = 0; k < mean.length; k++) {
                if (deviation[k] != lastDeviation) {
                    lastDeviation = deviation[k];
                    lastLog = Math.log(lastDeviation);
                }
                double a = (low - mean[k]) * inverse[k];
                double b = (high - mean[k]) * inverse[k];
                double inside = a < -Gaussian.ALL && b > Gaussian.ALL ? 0 : Math.log(Gaussian.mass(a, b));
                constants[k] -= step > 0 ? inside : inside + lastLog + Gaussian.LOG_ROOT_2PI;
            }
        }

        @Override
        public void addLogDensities(double at, double[] terms) {
            if (step > 0) {
                addLogMasses(at, terms);
                return;
            }
            for (int k = 0; k < mean.length; k++) {
                double z = (at - mean[k]) * inverse[k];
                terms[k] -= 0.5 * z * z;
            }
        }

        /** Among equal values, only the first and the last can be wider than the others. */
        private void addLogMasses(double at, double[] terms) {
            double lastMean = Double.NaN;
            double lastDeviation = Double.NaN;
            double logMass = 0;
            for (int i = 0; i < mean.length; i++) {
                int k = i < sorted.length ? sorted[i] : i;
                if (mean[k] != lastMean || deviation[k] != lastDeviation) {
                    lastMean = mean[k];
                    lastDeviation = deviation[k];
                    double z = Math.abs(at - lastMean) * inverse[k];
                    logMass = z > FAR ? Double.NEGATIVE_INFINITY : Gaussian.logMass(z, step * inverse[k]);
                }
                terms[k] += logMass;
            }
        }

        @Override
        public double draw(int kernel, UniformRandomProvider random) {
            // A mean lies within the range, so that at least one draw in three does.
            ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
            double drawn;
            do {
                drawn = mean[kernel] + deviation[kernel] * gaussian.sample();
            } while (drawn < low || drawn > high);
            if (step == 0) {
                return drawn;
            }
            double first = low + step / 2;
            double index = Math.rint((drawn - first) / step);
            return first + step * Math.min(Math.rint((high - low) / step) - 1, Math.max(0, index));
        }
    }
}
