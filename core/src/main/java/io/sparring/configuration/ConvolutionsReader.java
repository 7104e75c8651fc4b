package io.sparring.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import io.sparring.Names;
import io.sparring.network.Filters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code network.convolutions}: a list, or a preset's name. */
final class ConvolutionsReader extends JsonDeserializer<List<Filters>> {
    private static final String KEY = "network.convolutions";
    private static final Set<String> KEYS = Set.of("filters", "kernel", "stride");

    @Override
    public List<Filters> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        JsonNode given = context.readTree(parser);
        if (given.isTextual()) {
            List<Filters> preset = Filters.PRESETS.get(given.asText());
            Require.that(
                    preset != null,
                    KEY,
                    given.asText(),
                    "a list or one of " + Filters.PRESETS.keySet()
                            + Names.hint(given.asText(), Filters.PRESETS.keySet()));
            return preset;
        }
        Require.that(given.isArray(), KEY, given, "a list or one of " + Filters.PRESETS.keySet());
        List<Filters> all = new ArrayList<>();
        for (JsonNode one : given) {
            requireKeys(one);
            all.add(new Filters(number(one, "filters"), number(one, "kernel"), number(one, "stride")));
        }
        return all;
    }

    private static void requireKeys(JsonNode one) {
        Set<String> found = new TreeSet<>();
        for (Iterator<String> names = one.fieldNames(); names.hasNext(); ) {
            found.add(names.next());
        }
        Require.that(found.equals(KEYS), KEY, one, "elements of the form {filters: 16, kernel: 3, stride: 1}");
    }

    private static int number(JsonNode one, String name) {
        JsonNode value = one.get(name);
        boolean whole = value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= 1;
        Require.that(whole, KEY, value, name + " to be a whole number of at least 1");
        return value.asInt();
    }
}
