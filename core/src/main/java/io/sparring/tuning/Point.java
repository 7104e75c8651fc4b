package io.sparring.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Settings to try: keys of the configuration with their values, in the space's order.
 *
 * @param values {@link Double}, {@link Long}, {@link Boolean}, {@link String} or a list; keys whose condition does not hold
 *     are absent
 */
public record Point(Map<String, Object> values) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Text that YAML takes for text without quotes. What could be a number or a truth value is quoted as well. */
    private static final Pattern PLAIN = Pattern.compile(
            "(?!(?i:true|false|yes|no|on|off|null|nan|inf|infinity|y|n)$)" + "[A-Za-z][A-Za-z0-9_./-]*");

    public Point {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The point as {@code --set} takes it: {@code key=value}, numbers to the last bit. */
    public List<String> overrides() {
        return values.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + yaml(setting.getValue()))
                .toList();
    }

    private static String yaml(Object value) {
        if (value instanceof String text && PLAIN.matcher(text).matches()) {
            return text;
        }
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
