package io.sparring.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sparring.run.ReportData.Fact;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.text.StringEscapeUtils;

/** What pages that need nothing else are made of: a template, texts on the class path, and data that no browser takes for markup. */
public final class Page {
    /** How all pages look: a style sheet. */
    public static final String STYLE = resource(Page.class, "page.css");

    /** How all pages write numbers: the beginning of a script. */
    public static final String NUMBERS = resource(Page.class, "numbers.js");

    private static final MathContext PRECISION = new MathContext(6);
    private static final double LARGEST_EXACT_INTEGER = 1L << 53;
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z-]+)}}");

    /** ASCII only: U+2028 and U+2029 end a line for some JavaScript parsers. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Page() {}

    /**
     * A template with its placeholders, such as <code>{{title}}</code>, filled; in one pass, so that one within a part stays what it is.
     *
     * @param parts as they are to stand in the page, escaped where they are text
     * @throws IllegalStateException if the template asks for another part
     */
    public static String fill(String template, Map<String, String> parts) {
        return PLACEHOLDER.matcher(template).replaceAll(placeholder -> {
            String part = parts.get(placeholder.group(1));
            if (part == null) {
                throw new IllegalStateException("the page asks for " + placeholder.group());
            }
            return Matcher.quoteReplacement(part);
        });
    }

    /** The rows of a table of class {@code facts}. */
    public static String facts(List<Fact> facts) {
        StringBuilder rows = new StringBuilder();
        for (Fact fact : facts) {
            rows.append("<tr><th scope=\"row\">")
                    .append(StringEscapeUtils.escapeHtml4(fact.label()))
                    .append("</th><td>")
                    .append(StringEscapeUtils.escapeHtml4(fact.value()))
                    .append("</td></tr>\n");
        }
        return rows.toString();
    }

    /** A script as a content security policy names it. */
    public static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Data for a script element. */
    public static String json(JsonNode data) {
        try {
            // In JSON "<" stands only within strings, where its escape means the same and ends no script element.
            return JSON.writeValueAsString(data).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A number for {@link #json}: null where it is not finite, and without a point where it is whole. */
    public static JsonNode number(double value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (!Double.isFinite(value)) {
            return nodes.nullNode();
        }
        return value == Math.rint(value) && Math.abs(value) <= LARGEST_EXACT_INTEGER
                ? nodes.numberNode((long) value)
                : nodes.numberNode(value);
    }

    /** To six digits, as many as a picture shows. */
    public static double rounded(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(PRECISION).doubleValue() : value;
    }

    /** A text on the class path, beside a class, with the line ends that a browser hashes. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException("not on the class path: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
