package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of a sweep's file as points have them. */
final class Values {
    private static final String NUMBER = "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)[eE][-+]?[0-9]+";

    private Values() {}

    /**
     * Numbers as Long or Double, those too that YAML takes for text (5e-3).
     *
     * @throws InvalidConfiguration if it is nothing, not finite, or too large
     */
    static Object of(String path, Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Long) {
            return ((Number) value).longValue();
        } else if (value instanceof String text && text.matches(NUMBER)) {
            return finite(path, Double.parseDouble(text));
        } else if (value instanceof BigInteger) {
            throw new InvalidConfiguration(
                    path + ": expected a whole number of at most " + Long.MAX_VALUE + ", got " + value);
        } else if (value instanceof Number number) {
            return finite(path, number.doubleValue());
        } else if (value instanceof List<?> list) {
            return list.stream().map(element -> of(path, element)).toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<String, Object> values = new LinkedHashMap<>();
            map.forEach((key, element) -> values.put(String.valueOf(key), of(path, element)));
            return values;
        } else if (value instanceof Boolean || value instanceof String) {
            return value;
        }
        throw new InvalidConfiguration(path + ": expected a value, got " + (value == null ? "nothing" : value));
    }

    private static double finite(String path, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidConfiguration(path + ": expected a finite number, got " + value);
        }
        return value;
    }

    /** Whether two mean the same: 1 and 1.0 do. */
    static boolean same(Object one, Object other) {
        return canonical(one).equals(canonical(other));
    }

    /** Equal for values that mean the same. */
    static Object canonical(Object value) {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1L << 53) {
            return number.longValue();
        }
        return value instanceof List<?> list
                ? list.stream().map(Values::canonical).toList()
                : value;
    }
}
