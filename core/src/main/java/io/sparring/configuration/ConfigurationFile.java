package io.sparring.configuration;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.sparring.Names;
import io.sparring.optimizer.Schedule;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads and writes a {@link Configuration} as YAML: defaults, then the file, then the overrides. */
public final class ConfigurationFile {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .build())
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .build();

    /** Names of inlined records, which no file and no message has. */
    private static final Set<String> INLINED = Arrays.stream(Configuration.class.getRecordComponents())
            .filter(section -> section.getType().isRecord())
            .flatMap(section -> Arrays.stream(section.getType().getRecordComponents()))
            .filter(ConfigurationFile::inlined)
            .map(ConfigurationFile::key)
            .collect(Collectors.toSet());

    /** Sections that may be given by their kind alone, as in {@code memory: none}. */
    private static final Set<String> GIVEN_BY_KIND = Set.of("memory");

    /** Larger files are not read. */
    public static final int MAX_BYTES = YamlText.MAX_CHARACTERS;

    private ConfigurationFile() {}

    /**
     * @param name the file's name, for messages
     * @param yaml the file's text
     * @param overrides {@code key=value}, applied in order; a key is a path with dots
     * @throws InvalidConfiguration with one line: file, key, what was expected and the nearest key
     */
    public static Configuration parse(String name, String yaml, List<String> overrides) {
        ObjectNode tree = defaults(Configuration.class);
        merge(tree, read(name, yaml));
        for (String override : overrides) {
            merge(tree, override(override));
        }
        String source = source(name, overrides);
        numbers(tree, Configuration.class);
        requireKnown(source, "", tree, Configuration.class);
        requireValues(source, "", tree, Configuration.class);
        return bind(source, tree);
    }

    /** What a message about a configuration begins with: where it came from. */
    public static String source(String name, List<String> overrides) {
        return overrides.isEmpty() ? name : name + " with --set " + String.join(" --set ", overrides);
    }

    /** The resolved configuration: every key with its value. */
    public static String write(Configuration configuration) {
        return write(flat(YAML.valueToTree(configuration), Configuration.class));
    }

    /** The same without the sections that a training does not use: those of other algorithms, and {@code pretrain}. */
    public static String writeUsed(Configuration configuration) {
        return write(used(configuration));
    }

    private static ObjectNode used(Configuration configuration) {
        ObjectNode tree = flat(YAML.valueToTree(configuration), Configuration.class);
        String used = tree.get("algorithm").asText();
        names(Configuration.Algorithm.class).stream()
                .filter(name -> !name.equals(used))
                .forEach(tree::remove);
        tree.remove("pretrain");
        return tree;
    }

    /** The same as paths with dots and their values: numbers, truth values, and text for everything else. */
    public static Map<String, Object> valuesUsed(Configuration configuration) {
        Map<String, Object> values = new LinkedHashMap<>();
        addValues("", used(configuration), values);
        return values;
    }

    private static void addValues(String prefix, ObjectNode tree, Map<String, Object> values) {
        tree.fields().forEachRemaining(field -> {
            JsonNode value = field.getValue();
            String path = prefix + field.getKey();
            if (value instanceof ObjectNode section && !section.isEmpty()) {
                addValues(path + ".", section, values);
            } else if (value.isNumber()) {
                values.put(path, value.numberValue());
            } else if (value.isBoolean()) {
                values.put(path, value.booleanValue());
            } else if (!value.isNull()) {
                values.put(path, value.isTextual() ? value.textValue() : value.toString());
            }
        });
    }

    private static String write(ObjectNode tree) {
        try {
            return YAML.writeValueAsString(tree);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * A YAML file that is no configuration, by the same rules: its sections and keys as maps, lists, numbers, truth values and text.
     *
     * @param name the file's name, for messages
     * @throws InvalidConfiguration with one line: file, line and column, and what was expected
     */
    public static Map<String, Object> plain(String name, String yaml) {
        return YAML.convertValue(numbers(read(name, yaml)), new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    /** Such a file's text. */
    public static String text(Map<String, Object> plain) {
        return write(YAML.<ObjectNode>valueToTree(plain));
    }

    private static JsonNode read(String name, String yaml) {
        JsonNode tree;
        try {
            tree = YamlText.read(YAML, yaml);
        } catch (YamlText.Refused e) {
            throw new InvalidConfiguration(name + e.where() + ": " + e.getMessage());
        }
        if (tree.isMissingNode() || tree.isNull()) {
            throw new InvalidConfiguration(name + ": expected sections and keys, but the file is empty");
        }
        if (!tree.isObject()) {
            throw new InvalidConfiguration(name + ": expected sections and keys, got " + shorten(tree));
        }
        return tree;
    }

    private static ObjectNode override(String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw new InvalidConfiguration("--set " + override + ": expected key=value, as in a2c.gamma=0.98");
        }
        List<String> path = List.of(override.substring(0, equals).trim().split("\\.", -1));
        if (path.size() > YamlText.MAX_DEPTH) {
            throw new InvalidConfiguration(
                    "--set: expected a key of at most " + YamlText.MAX_DEPTH + " parts, got " + path.size());
        }
        JsonNode value;
        try {
            value = YamlText.read(YAML, override.substring(equals + 1));
        } catch (YamlText.Refused e) {
            throw new InvalidConfiguration("--set " + override + ": " + e.getMessage());
        }
        ObjectNode root = YAML.createObjectNode();
        ObjectNode node = root;
        for (String key : path.subList(0, path.size() - 1)) {
            node = node.putObject(key);
        }
        node.set(path.get(path.size() - 1), value.isMissingNode() ? YAML.nullNode() : value);
        return root;
    }

    /** A record's components, for an inlined one those of its record. */
    static List<RecordComponent> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(component ->
                        inlined(component) ? components(component.getType()).stream() : Stream.of(component))
                .toList();
    }

    private static boolean inlined(RecordComponent component) {
        return component.isAnnotationPresent(Configuration.Inline.class);
    }

    /** Keys as files have them: an inlined record's beside the others. */
    private static ObjectNode flat(JsonNode tree, Class<?> type) {
        ObjectNode flat = YAML.createObjectNode();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonNode value = tree.get(key(component));
            if (inlined(component)) {
                flat.setAll(flat(value, component.getType()));
            } else {
                flat.set(key(component), component.getType().isRecord() ? flat(value, component.getType()) : value);
            }
        }
        return flat;
    }

    /** Keys as records have them: the reverse. */
    private static ObjectNode nested(ObjectNode tree, Class<?> type) {
        ObjectNode nested = YAML.createObjectNode();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonNode value = inlined(component) ? tree : tree.get(key(component));
            if (value instanceof ObjectNode section && component.getType().isRecord()) {
                nested.set(key(component), nested(section, component.getType()));
            } else if (value != null) {
                nested.set(key(component), value);
            }
        }
        return nested;
    }

    private static ObjectNode defaults(Class<?> type) {
        ObjectNode node = YAML.createObjectNode();
        for (RecordComponent component : type.getRecordComponents()) {
            if (inlined(component)) {
                node.setAll(defaults(component.getType()));
                node.setAll(ownDefaults(component));
            } else if (component.getType().isRecord()) {
                node.set(key(component), defaults(component.getType()));
            } else if (defaultValue(component) != null) {
                try {
                    node.set(key(component), YAML.readTree(defaultValue(component)));
                } catch (JsonProcessingException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        }
        return node;
    }

    /** Of an inlined record, what the section that holds it has by default where it differs. */
    private static ObjectNode ownDefaults(RecordComponent inlined) {
        try {
            String yaml = String.join(
                    "\n", inlined.getAnnotation(Configuration.Inline.class).defaults());
            return yaml.isEmpty() ? YAML.createObjectNode() : (ObjectNode) YAML.readTree(yaml);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What a key of a section has by default, as YAML; null where that is nothing. */
    static String defaultValue(Class<?> section, RecordComponent component) {
        for (RecordComponent own : section.getRecordComponents()) {
            if (inlined(own) && ownDefaults(own).has(key(component))) {
                return ownDefaults(own).get(key(component)).asText();
            }
        }
        return defaultValue(component);
    }

    private static void merge(ObjectNode into, JsonNode from) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = from.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            JsonNode present = into.get(field.getKey());
            if (present != null && present.isObject() && field.getValue().isObject()) {
                merge((ObjectNode) present, field.getValue());
            } else if (GIVEN_BY_KIND.contains(field.getKey())
                    && present instanceof ObjectNode section
                    && field.getValue().isTextual()) {
                section.set("kind", field.getValue());
            } else if (!(present != null
                    && present.isObject()
                    && field.getValue().isNull())) {
                // A section without keys ("a2c:") is one with defaults.
                into.set(field.getKey(), field.getValue());
            }
        }
    }

    private static void requireKnown(String name, String prefix, ObjectNode tree, Class<?> type) {
        Map<String, Class<?>> known = new TreeMap<>();
        components(type).forEach(component -> known.put(key(component), component.getType()));
        tree.fields().forEachRemaining(field -> {
            Class<?> found = known.get(field.getKey());
            if (found == null) {
                throw new InvalidConfiguration(name + ": there is no key " + prefix + field.getKey()
                        + Names.nearest(field.getKey(), known.keySet())
                                .or(() -> elsewhere(field.getKey()))
                                .map(near -> " (did you mean " + near + "?)")
                                .orElse("; known here: " + String.join(", ", known.keySet())));
            }
            if (found.isRecord() && field.getValue() instanceof ObjectNode section) {
                requireKnown(name, prefix + field.getKey() + ".", section, found);
            }
        });
    }

    /** What Jackson would bind to 0 ("gamma:") or complain about without naming the key. */
    private static void requireValues(String name, String prefix, ObjectNode tree, Class<?> type) {
        for (RecordComponent component : components(type)) {
            JsonNode value = tree.get(key(component));
            String path = prefix + key(component);
            if (value instanceof ObjectNode section && component.getType().isRecord()) {
                requireValues(name, path + ".", section, component.getType());
            } else if (value != null && value.isNull() && defaultValue(component) != null) {
                throw new InvalidConfiguration(
                        name + ": " + path + ": expected " + expected(component.getType()) + ", got nothing");
            } else if (value != null && value.isArray()) {
                value.forEach(element -> requireRange(name, path, element, int.class));
            } else if (value != null) {
                requireRange(name, path, value, component.getType());
            }
        }
    }

    private static void requireRange(String name, String path, JsonNode value, Class<?> type) {
        boolean wide = type == long.class || type == Long.class;
        boolean tooLarge = value.isIntegralNumber()
                && (type == int.class && !value.canConvertToInt() || wide && !value.canConvertToLong());
        if (tooLarge) {
            long largest = type == int.class ? Integer.MAX_VALUE : Long.MAX_VALUE;
            throw new InvalidConfiguration(
                    name + ": " + path + ": expected a whole number of at most " + largest + ", got " + shorten(value));
        }
    }

    /** A record's values with {@link #numbers(JsonNode)}; of those whose type is known here, whole ones may have a point. */
    private static void numbers(ObjectNode tree, Class<?> type) {
        for (RecordComponent component : components(type)) {
            JsonNode value = tree.get(key(component));
            if (value instanceof ObjectNode section && component.getType().isRecord()) {
                numbers(section, component.getType());
            } else if (value != null) {
                JsonNode number = numbers(value);
                tree.set(key(component), number.isFloatingPointNumber() ? number(number.doubleValue()) : number);
            }
        }
    }

    /**
     * YAML takes 5e-3 and 1e6 for text; everybody who writes them means numbers. Within options and wrappers -1.0 stays what it is: to a
     * constructor in Python, -1 is something else.
     */
    private static JsonNode numbers(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> object.set(name, numbers(object.get(name))));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, numbers(array.get(i)));
            }
        } else if (node.isTextual() && node.asText().matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)[eE][-+]?[0-9]+")) {
            return DoubleNode.valueOf(Double.parseDouble(node.asText()));
        } else if (node.isTextual() && node.asText().toLowerCase(Locale.ROOT).matches("\\.?nan")) {
            return DoubleNode.valueOf(Double.NaN);
        } else if (node.isTextual() && node.asText().toLowerCase(Locale.ROOT).matches("[-+]?\\.?inf(inity)?")) {
            return DoubleNode.valueOf(
                    node.asText().startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        return node;
    }

    private static JsonNode number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? LongNode.valueOf((long) value)
                : DoubleNode.valueOf(value);
    }

    private static Configuration bind(String name, ObjectNode file) {
        ObjectNode tree = nested(file, Configuration.class);
        try {
            return YAML.treeToValue(tree, Configuration.class);
        } catch (ValueInstantiationException e) {
            String path = path(e);
            Class<?> type = e.getType().getRawClass();
            String why = type.isRecord()
                    ? (path.isEmpty() ? "" : path + ".") + reason(e)
                    : path + ": expected " + expected(type) + ", got " + shorten(at(tree, e.getPath()));
            throw new InvalidConfiguration(name + ": " + why);
        } catch (MismatchedInputException e) {
            JsonNode found = at(tree, e.getPath());
            throw new InvalidConfiguration(
                    name + ": " + path(e) + ": expected " + expected(e.getTargetType()) + ", got " + shorten(found));
        } catch (JsonProcessingException e) {
            throw new InvalidConfiguration(name + ": " + YamlText.gist(e.getOriginalMessage()));
        }
    }

    /** The key of that name in another section. */
    private static Optional<String> elsewhere(String name) {
        return keys().stream().filter(key -> key.endsWith("." + name)).findFirst();
    }

    private static String reason(ValueInstantiationException e) {
        return e.getCause() instanceof InvalidConfiguration invalid
                ? invalid.getMessage()
                : YamlText.gist(e.getMessage());
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else if (!INLINED.contains(step.getFieldName())) {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private static JsonNode at(JsonNode tree, List<JsonMappingException.Reference> path) {
        JsonNode node = tree;
        for (JsonMappingException.Reference step : path) {
            node = step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
        }
        return node;
    }

    static String expected(Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (Schedule.class.isAssignableFrom(type)) {
            return Schedule.EXPECTED;
        }
        if (type.isEnum()) {
            return "one of " + names(type);
        }
        if (type.isRecord() || Map.class.isAssignableFrom(type)) {
            return "a section with keys";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        return List.class.isAssignableFrom(type) ? "a list" : "text";
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> YAML.convertValue(constant, String.class).toLowerCase(Locale.ROOT))
                .toList();
    }

    private static String shorten(JsonNode node) {
        String text = node == null || node.isMissingNode() ? "nothing" : node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    static String key(RecordComponent component) {
        return PropertyNamingStrategies.KebabCaseStrategy.INSTANCE.nameForField(null, null, component.getName());
    }

    static String defaultValue(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null || property.defaultValue().isEmpty() ? null : property.defaultValue();
    }

    /** A section's keys with their values, in order. */
    public static Map<String, Object> values(Record section) {
        return YAML.convertValue(
                flat(YAML.valueToTree(section), section.getClass()),
                new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    /** All keys, as paths with dots. */
    public static List<String> keys() {
        return keys("", Configuration.class).toList();
    }

    private static Stream<String> keys(String prefix, Class<?> type) {
        return components(type).stream()
                .flatMap(component -> component.getType().isRecord()
                        ? keys(prefix + key(component) + ".", component.getType())
                        : Stream.of(prefix + key(component)));
    }
}
