package io.sparring.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** YAML that anybody may have written, read as a tree; what cannot be one is refused with its line and column. */
final class YamlText {
    /** A thousand times what any configuration has. */
    static final int MAX_CHARACTERS = 1 << 20;

    /** What reads, writes and compares trees follows them recursively. */
    static final int MAX_DEPTH = 32;

    private YamlText() {}

    /** A text that is no tree. The message says what was expected. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient JsonLocation location;

        private Refused(JsonLocation location, String message) {
            super(message);
            this.location = location;
        }

        /** ":line:column", both from 1; empty where it is about the whole text. */
        String where() {
            return location == null ? "" : ":" + location.getLineNr() + ":" + location.getColumnNr();
        }
    }

    /** @return a {@link MissingNode} where there is nothing but comments */
    static JsonNode read(YAMLMapper mapper, String text) throws Refused {
        if (text.length() > MAX_CHARACTERS) {
            throw new Refused(null, "expected at most " + MAX_CHARACTERS + " characters of YAML, got " + text.length());
        }
        try {
            requireTree(mapper, text);
            JsonNode tree = mapper.readTree(text);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (JsonProcessingException e) {
            throw new Refused(e.getLocation(), message(e));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Before a tree is made of it: Jackson takes an alias for text, and a merge for a key. */
    private static void requireTree(YAMLMapper mapper, String text) throws IOException, Refused {
        int depth = 0;
        try (YAMLParser parser = mapper.getFactory().createParser(text)) {
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    throw new Refused(
                            parser.getTokenLocation(),
                            "aliases are not read: expected the value itself, got *" + parser.getText());
                }
                switch (parser.currentToken()) {
                    case START_OBJECT, START_ARRAY -> depth++;
                    case END_OBJECT, END_ARRAY -> depth--;
                    case FIELD_NAME -> {
                        if (parser.getText().equals("<<")) {
                            throw new Refused(
                                    parser.getTokenLocation(),
                                    "merges are not read: expected the keys themselves, got <<");
                        }
                    }
                    default -> {}
                }
                if (depth > MAX_DEPTH) {
                    throw new Refused(
                            parser.getTokenLocation(),
                            "expected at most " + MAX_DEPTH + " levels of sections and lists");
                }
            }
        }
    }

    /** What Jackson says in words that few users know; YAML's .nan and .inf it takes for spoilt numbers. */
    private static String message(JsonProcessingException e) {
        Matcher number = Pattern.compile("Malformed numeric value '(.*)'").matcher(e.getOriginalMessage());
        if (number.matches() && e.getProcessor() instanceof JsonParser parser) {
            String pointer = parser.getParsingContext().pathAsPointer().toString();
            return pointer.substring(1).replace('/', '.') + ": expected a number, got " + number.group(1);
        }
        Matcher twice = Pattern.compile("Duplicate field '(.*)'").matcher(e.getOriginalMessage());
        if (twice.matches()) {
            return "expected each key once, got " + twice.group(1) + " again";
        }
        if (e instanceof MismatchedInputException) {
            return "expected one document, got another one after it";
        }
        return "not YAML: " + gist(e.getOriginalMessage());
    }

    /** What SnakeYAML says in several lines, without the excerpts between them. */
    static String gist(String message) {
        return message == null
                ? "unknown reason"
                : message.lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(", "));
    }
}
