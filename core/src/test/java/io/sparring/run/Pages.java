package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Pages as tests take them apart. */
public final class Pages {
    private static final Pattern SCRIPT = Pattern.compile("<script([^>]*)>(.*?)</script>", Pattern.DOTALL);
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    private Pages() {}

    /** Its script elements: attributes, content. */
    public static List<MatchResult> scripts(String html) {
        return SCRIPT.matcher(html).results().toList();
    }

    /** The content of a script element with data. */
    public static String json(String html, String id) {
        return scripts(html).stream()
                .filter(script -> script.group(1).equals(" type=\"application/json\" id=\"" + id + "\""))
                .findFirst()
                .orElseThrow()
                .group(2);
    }

    /** Nothing in it makes a browser ask anybody for anything. */
    public static void requireSelfContained(String html) {
        String markup = STYLE.matcher(SCRIPT.matcher(html).replaceAll("")).replaceAll("");
        assertThat(markup).doesNotContainPattern("(?i)\\b(src|href|srcset|action|background)\\s*=|<link|<img|<iframe");
        String style = STYLE.matcher(html).results().findFirst().orElseThrow().group(1);
        assertThat(style).doesNotContain("url(", "@import");
        assertThat(html).doesNotContain("fetch(", "XMLHttpRequest", "import(", "WebSocket");
    }

    /** What a script says; without a node here the test is skipped. */
    public static List<String> node(Path script) throws IOException, InterruptedException {
        Process node;
        try {
            node = new ProcessBuilder("node", script.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            return Assumptions.abort("No node here to run the page's script");
        }
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    /** In Base64. */
    public static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
