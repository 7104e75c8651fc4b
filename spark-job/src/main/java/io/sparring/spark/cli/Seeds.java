package io.sparring.spark.cli;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code train --seeds} asks for: one training a seed, in one application. It is a sweep that searches nothing.
 *
 * @param given as the user wrote it
 * @param numbers each once, in the user's order
 */
record Seeds(String given, List<Long> numbers) {
    /** More are a mistake. */
    private static final int MOST = 10_000;

    private static final Pattern PART = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");

    /**
     * @param given numbers and ranges, such as {@code 0-4,9}
     * @throws InvalidConfiguration with one line
     */
    static Seeds parse(String given) {
        Set<Long> numbers = new LinkedHashSet<>();
        for (String part : given.split(",", -1)) {
            Matcher range = PART.matcher(part.strip());
            if (!range.matches()) {
                throw expected(given, "whole numbers and ranges of them, as in 0-9, 0,1,5 or 0-4,9");
            }
            long first = Long.parseLong(range.group(1));
            long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
            if (last < first) {
                throw expected(given, "the smaller one first, as in " + last + "-" + first);
            }
            if (last - first >= MOST - numbers.size()) {
                throw expected(given, String.format(Locale.ROOT, "at most %,d seeds", MOST));
            }
            for (long seed = first; seed <= last; seed++) {
                if (!numbers.add(seed)) {
                    throw expected(given, "each seed once, got " + seed + " again");
                }
            }
        }
        return new Seeds(given, List.copyOf(numbers));
    }

    private static InvalidConfiguration expected(String given, String expected) {
        return new InvalidConfiguration("--seeds " + given + ": expected " + expected);
    }

    /**
     * The sweep's file. A score is what the configuration would have evaluated, or its training where it does without evaluations.
     *
     * @param base the configuration's file
     * @param overrides of it, each {@code key=value}
     * @param configuration what both give
     */
    InputFile sweep(InputFile base, List<String> overrides, Configuration configuration) {
        Map<String, Object> sweep = new LinkedHashMap<>();
        sweep.put("base", ConfigurationFile.plain(base.name(), base.text()));
        sweep.put("overrides", new ArrayList<>(overrides));
        sweep.put("space", Map.of("seed", Map.of("grid", numbers)));
        sweep.put("metric", configuration.evaluation().everyEnvSteps() > 0 ? "evaluation" : "training");
        return new InputFile(base.name(), ConfigurationFile.text(sweep));
    }
}
