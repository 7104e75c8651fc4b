package io.sparring;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What a mistyped name was meant to be. */
public final class Names {
    private Names() {}

    /** The known name that is nearest to {@code name}, if one is near enough to be meant. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String wanted = name.toLowerCase(Locale.ROOT);
        return known.stream()
                .min(Comparator.comparingInt(
                                (String candidate) -> distance.apply(wanted, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(candidate -> distance.apply(wanted, candidate.toLowerCase(Locale.ROOT))
                        <= Math.max(2, Math.max(name.length(), candidate.length()) / 2));
    }

    /** " (did you mean X?)", or nothing where no known name is near. */
    public static String hint(String name, Collection<String> known) {
        return nearest(name, known).map(near -> " (did you mean " + near + "?)").orElse("");
    }
}
