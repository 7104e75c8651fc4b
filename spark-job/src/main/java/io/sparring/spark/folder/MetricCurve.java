package io.sparring.spark.folder;

import io.sparring.run.Curve;
import java.util.Map;

/**
 * One metric by another, point by point while the lines are read.
 *
 * @param curve where the points go
 * @param by the key that counts on
 * @param key the metric's; lines without it have no point
 */
record MetricCurve(Curve curve, String by, String key) {
    void add(Map<String, Object> line) {
        if (line.containsKey(key)) {
            curve.add(number(line.get(by)), number(line.get(key)));
        }
    }

    /** NaN of what is none. */
    static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
