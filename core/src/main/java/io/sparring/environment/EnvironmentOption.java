package io.sparring.environment;

import io.sparring.Names;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A setting of an environment, as {@code environment.options} gives it and {@code sparring envs} lists it.
 *
 * @param name in kebab-case
 * @param type of its values: Long, Double, Boolean or String
 * @param byDefault its value where none is given; null: one has to be given, which only arguments of wrappers ask for
 * @param least of a Long or Double, the smallest value allowed
 * @param most of a Long or Double, the largest value allowed
 * @param choices of a String, the values allowed; any where there are none
 * @param description what it does, in one line
 */
public record EnvironmentOption(
        String name,
        Class<?> type,
        Object byDefault,
        double least,
        double most,
        List<String> choices,
        String description) {

    public EnvironmentOption {
        choices = List.copyOf(choices);
    }

    /** A whole number from {@code least} to {@code most}. */
    public static EnvironmentOption whole(String name, long byDefault, long least, long most, String description) {
        return new EnvironmentOption(name, Long.class, byDefault, least, most, List.of(), description);
    }

    /** A whole number from {@code least} to {@code most} that has to be given. */
    public static EnvironmentOption whole(String name, long least, long most, String description) {
        return new EnvironmentOption(name, Long.class, null, least, most, List.of(), description);
    }

    /** A finite number from {@code least} to {@code most}. */
    public static EnvironmentOption number(
            String name, double byDefault, double least, double most, String description) {
        return new EnvironmentOption(name, Double.class, byDefault, least, most, List.of(), description);
    }

    /** A finite number from {@code least} to {@code most} that has to be given. */
    public static EnvironmentOption number(String name, double least, double most, String description) {
        return new EnvironmentOption(name, Double.class, null, least, most, List.of(), description);
    }

    /** True or false. */
    public static EnvironmentOption flag(String name, boolean byDefault, String description) {
        return new EnvironmentOption(name, Boolean.class, byDefault, 0, 0, List.of(), description);
    }

    /** A text; one of {@code choices}, if there are any. */
    public static EnvironmentOption text(String name, String byDefault, String description, String... choices) {
        return new EnvironmentOption(name, String.class, byDefault, 0, 0, List.of(choices), description);
    }

    /** Which values are allowed, as in {@code a whole number of at least 1}. */
    public String expected() {
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return choices.isEmpty() ? "text" : "one of " + choices;
        }
        String kind = type == Long.class ? "a whole number" : "a number";
        boolean bounded = most < (type == Long.class ? Long.MAX_VALUE : Double.MAX_VALUE);
        return kind + (bounded ? " from " + plain(least) + " to " + plain(most) : " of at least " + plain(least));
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? String.format(Locale.ROOT, "%.0f", bound) : Double.toString(bound);
    }

    /**
     * Every option with the value given or its default, in the option's type.
     *
     * @throws IllegalArgumentException if a name is unknown or a value not allowed; the message begins with {@code options.}NAME
     */
    static SortedMap<String, Object> resolve(List<EnvironmentOption> known, Map<String, ?> given) {
        return resolve("options.", "option", known, given);
    }

    /**
     * @param prefix what a message begins with, before the name
     * @param what these are called
     */
    static SortedMap<String, Object> resolve(
            String prefix, String what, List<EnvironmentOption> known, Map<String, ?> given) {
        List<String> names = known.stream().map(EnvironmentOption::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(prefix + name + ": there is no such " + what
                        + Names.nearest(name, names)
                                .map(near -> " (did you mean " + near + "?)")
                                .orElse(
                                        names.isEmpty()
                                                ? "; there are none"
                                                : "; known here: " + String.join(", ", names)));
            }
        }
        SortedMap<String, Object> resolved = new TreeMap<>();
        for (EnvironmentOption option : known) {
            boolean byDefault = option.byDefault() != null && !given.containsKey(option.name());
            resolved.put(
                    option.name(), byDefault ? option.byDefault() : option.value(prefix, given.get(option.name())));
        }
        return resolved;
    }

    private Object value(String prefix, Object given) {
        Object value = given;
        if (given instanceof Number number && type == Double.class) {
            value = number.doubleValue();
        } else if (given instanceof Integer
                || type == Long.class && given instanceof Double number && number.longValue() == number) {
            // 1000.0, or 1e3, is a whole number too.
            value = ((Number) given).longValue();
        }
        boolean allowed = value != null
                && value.getClass() == type
                && (!(value instanceof Number number) || number.doubleValue() >= least && number.doubleValue() <= most)
                && (!(value instanceof String text) || choices.isEmpty() || choices.contains(text));
        if (!allowed) {
            throw new IllegalArgumentException(prefix + name + ": expected " + expected() + ", got "
                    + (given == null ? "nothing" : given)
                    + (given instanceof String text ? Names.hint(text, choices) : ""));
        }
        return value;
    }
}
