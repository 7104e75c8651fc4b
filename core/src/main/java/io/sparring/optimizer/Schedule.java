package io.sparring.optimizer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a number, such as the learning rate, changes over a run. */
public sealed interface Schedule extends Serializable {

    /** What is expected where one is to be given, in words. */
    String EXPECTED = "constant, linear, cosine, or points as in [[0, 1], [0.5, 0.1]] with rising shares from 0 to 1";

    /**
     * What the number is multiplied by.
     *
     * @param progress the share of the schedule that has passed, from 0; 1 and more: its end
     */
    double factor(double progress);

    /** Those with a name. */
    enum Named implements Schedule {
        /** It does not change. */
        CONSTANT {
            @Override
            public double factor(double progress) {
                return 1;
            }
        },
        /** In a straight line down to 0. */
        LINEAR {
            @Override
            public double factor(double progress) {
                return Math.max(0, 1 - progress);
            }
        },
        /** Down to 0 along half a wave (Loshchilov and Hutter 2017, without restarts). */
        COSINE {
            @Override
            public double factor(double progress) {
                return progress >= 1 ? 0 : (1 + StrictMath.cos(Math.PI * progress)) / 2;
            }
        };

        @Override
        public String toString() {
            return written();
        }

        @JsonValue
        String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * In straight lines from point to point; before the first one and after the last as there.
     *
     * @param points at least one, {progress, factor}, their progress rising
     */
    record Piecewise(@JsonValue List<List<Double>> points) implements Schedule {
        private static final long serialVersionUID = 1L;

        public Piecewise {
            points = points.stream().map(List::copyOf).toList();
        }

        @Override
        public double factor(double progress) {
            int after = 0;
            while (after < points.size() && points.get(after).get(0) <= progress) {
                after++;
            }
            List<Double> from = points.get(Math.max(0, after - 1));
            List<Double> to = points.get(Math.min(points.size() - 1, after));
            double width = to.get(0) - from.get(0);
            double share = width > 0 ? (progress - from.get(0)) / width : 0;
            return from.get(1) + share * (to.get(1) - from.get(1));
        }

        @Override
        public String toString() {
            return points.toString();
        }
    }

    /**
     * As a file has it.
     *
     * @throws IllegalArgumentException saying what is expected
     */
    @JsonCreator
    static Schedule of(Object written) {
        for (Named named : Named.values()) {
            if (written instanceof String name && name.equalsIgnoreCase(named.name())) {
                return named;
            }
        }
        List<List<Double>> points = new ArrayList<>();
        double last = -1;
        if (written instanceof List<?> list) {
            for (Object point : list) {
                if (!(point instanceof List<?> pair)
                        || pair.size() != 2
                        || !(pair.get(0) instanceof Number progress)
                        || !(pair.get(1) instanceof Number factor)
                        || !(progress.doubleValue() > last && progress.doubleValue() <= 1)
                        || !(factor.doubleValue() >= 0 && factor.doubleValue() <= Double.MAX_VALUE)) {
                    throw new IllegalArgumentException(EXPECTED);
                }
                last = progress.doubleValue();
                points.add(List.of(last, factor.doubleValue()));
            }
        }
        if (points.isEmpty() || points.get(0).get(0) < 0) {
            throw new IllegalArgumentException(EXPECTED);
        }
        return new Piecewise(points);
    }
}
