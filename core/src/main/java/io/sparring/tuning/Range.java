package io.sparring.tuning;

import java.math.BigDecimal;
import java.util.List;

/** The values that one key can have. */
sealed interface Range {
    /**
     * @param quantile from 0 to below 1
     * @return the value with this share of the range before it
     */
    Object at(double quantile);

    /** Whether a value can come out of it. */
    boolean has(Object value);

    /** A value that is larger or smaller by this factor, as far as the range goes; itself where there is no larger and smaller. */
    Object times(Object value, double factor);

    /** One of these, with equal chances. */
    record Choice(List<Object> values) implements Range {
        @Override
        public Object at(double quantile) {
            return values.get((int) (quantile * values.size()));
        }

        @Override
        public boolean has(Object value) {
            return values.stream().anyMatch(own -> Values.same(own, value));
        }

        @Override
        public Object times(Object value, double factor) {
            return value;
        }
    }

    /** A number from {@code low} to {@code high}; with {@code log}, its logarithm is drawn. */
    record Continuous(double low, double high, boolean log) implements Range {
        @Override
        public Object at(double quantile) {
            double value = log
                    ? Math.exp(Math.log(low) + quantile * (Math.log(high) - Math.log(low)))
                    : low + quantile * (high - low);
            return Math.min(high, Math.max(low, value));
        }

        @Override
        public boolean has(Object value) {
            return value instanceof Number number && number.doubleValue() >= low && number.doubleValue() <= high;
        }

        @Override
        public Object times(Object value, double factor) {
            return Math.min(high, Math.max(low, ((Number) value).doubleValue() * factor));
        }
    }

    /** {@code low}, {@code low + step}, … {@code low + (count − 1) step}: as decimals, so that steps of 0.1 give 0.3 and not 0.30000000000000004. */
    record Stepped(BigDecimal low, BigDecimal step, long count, boolean whole) implements Range {
        @Override
        public Object at(double quantile) {
            return value((long) (quantile * count));
        }

        Object value(long index) {
            BigDecimal value = low.add(step.multiply(BigDecimal.valueOf(index)));
            return whole ? (Object) value.longValueExact() : (Object) value.doubleValue();
        }

        double last() {
            return low.add(step.multiply(BigDecimal.valueOf(count - 1))).doubleValue();
        }

        @Override
        public boolean has(Object value) {
            if (!(value instanceof Number number)) {
                return false;
            }
            double index = Math.rint((number.doubleValue() - low.doubleValue()) / step.doubleValue());
            return index >= 0 && index < count && Values.same(value((long) index), value);
        }

        @Override
        public Object times(Object value, double factor) {
            double index = (((Number) value).doubleValue() * factor - low.doubleValue()) / step.doubleValue();
            return value(Math.min(count - 1, Math.max(0, Math.round(index))));
        }
    }
}
