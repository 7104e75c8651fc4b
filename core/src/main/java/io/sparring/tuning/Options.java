package io.sparring.tuning;

import io.sparring.Names;
import io.sparring.configuration.InvalidConfiguration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** A section of a sweep's file as it is read: each key that is asked for is a known one. */
final class Options {
    private final String path;
    private final Map<String, Object> given;
    private final Set<String> known = new TreeSet<>();

    /** @param path where the section stands, for messages */
    Options(String path, Map<String, Object> given) {
        this.path = path;
        this.given = given;
    }

    /** A whole number of at least {@code minimum}, if the key is there. */
    OptionalLong whole(String key, long minimum) {
        known.add(key);
        Object value = given.get(key);
        if (!given.containsKey(key)) {
            return OptionalLong.empty();
        }
        boolean whole = value instanceof Integer || value instanceof Long;
        if (!whole || ((Number) value).longValue() < minimum) {
            throw refused(key, value, "a whole number of at least " + minimum);
        }
        return OptionalLong.of(((Number) value).longValue());
    }

    /** A whole number of at least {@code minimum} that is an int. */
    int whole(String key, int minimum, int otherwise) {
        long value = whole(key, minimum).orElse(otherwise);
        if (value > Integer.MAX_VALUE) {
            throw refused(key, value, "a whole number of at most " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** One of several words, the first where the key is absent. */
    String word(String key, List<String> words) {
        known.add(key);
        Object value = given.getOrDefault(key, words.get(0));
        if (!words.contains(value)) {
            throw refused(key, value, "one of " + words + Names.hint(String.valueOf(value), words));
        }
        return (String) value;
    }

    /** To be called after all keys that there are have been asked for. */
    void nothingElse() {
        for (String key : given.keySet()) {
            if (!known.contains(key)) {
                throw new InvalidConfiguration(path + "." + key + ": unknown key, "
                        + (known.isEmpty() ? "there are none here" : "expected one of " + known)
                        + Names.hint(key, known));
            }
        }
    }

    private InvalidConfiguration refused(String key, Object value, String expected) {
        return new InvalidConfiguration(
                path + "." + key + ": expected " + expected + ", got " + (value == null ? "nothing" : value));
    }
}
