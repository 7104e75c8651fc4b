package io.sparring.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A page in a headless Chromium, with a real pointer, by the browser's DevTools protocol. Used where there is a Chromium: {@code CHROMIUM} names one,
 * or one is on the path.
 */
public final class Browser implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final List<String> complaints = new ArrayList<>();
    private int sent;

    private Browser(Process process, String page) {
        this.process = process;
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            try {
                                messages.add(JSON.readTree(text.toString()));
                            } catch (IOException e) {
                                throw new AssertionError(text.toString(), e);
                            }
                            text.setLength(0);
                        }
                        return WebSocket.Listener.super.onText(from, data, last);
                    }
                })
                .join();
    }

    /**
     * Opens a page; without a Chromium the test is skipped.
     *
     * @param folder for what the browser keeps
     */
    public static Browser open(Path page, Path folder) throws IOException, InterruptedException {
        Path chromium =
                found().orElseGet(() -> Assumptions.abort("No Chromium here to look at pages (CHROMIUM names one)"));
        Path profile = Files.createDirectories(folder.resolve("profile"));
        Process process = new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--no-zygote",
                        "--disable-gpu",
                        "--in-process-gpu",
                        "--disable-dev-shm-usage",
                        "--window-size=1200,1000",
                        "--user-data-dir=" + profile,
                        "--remote-debugging-port=0",
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("chromium.log").toFile())
                .start();
        Path port = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(port) || Files.size(port) == 0) {
            if (System.nanoTime() > end || !process.isAlive()) {
                process.destroyForcibly();
                throw new AssertionError(Files.readString(folder.resolve("chromium.log")));
            }
            Thread.sleep(50);
        }
        String address = "http://127.0.0.1:" + Files.readAllLines(port).get(0);
        Browser browser = new Browser(process, target(address));
        browser.ask("Runtime.enable", Map.of());
        browser.ask("Page.enable", Map.of());
        browser.ask("Page.navigate", Map.of("url", page.toUri().toString()));
        browser.await("document.readyState === 'complete' && location.href !== 'about:blank'");
        return browser;
    }

    private static Optional<Path> found() {
        String named = System.getenv("CHROMIUM");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String target(String address) throws IOException, InterruptedException {
        String targets = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address + "/json/list"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonNode target : JSON.readTree(targets)) {
            if (target.get("type").asText().equals("page")) {
                return target.get("webSocketDebuggerUrl").asText();
            }
        }
        throw new AssertionError("no page among " + targets);
    }

    private JsonNode ask(String method, Map<String, Object> parameters) throws IOException, InterruptedException {
        sent++;
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("id", sent);
        message.put("method", method);
        message.put("params", parameters);
        socket.sendText(JSON.writeValueAsString(message), true).join();
        while (true) {
            JsonNode answer = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("no answer to " + method + " within " + PATIENCE);
            }
            if (answer.path("id").asInt() == sent) {
                return answer;
            }
            if (answer.path("method").asText().equals("Runtime.exceptionThrown")) {
                complaints.add(answer.at("/params/exceptionDetails").toString());
            }
        }
    }

    /** What an expression comes to, or the promise that it is. */
    public JsonNode value(String expression) throws IOException, InterruptedException {
        JsonNode answer = ask(
                "Runtime.evaluate",
                Map.of("expression", expression, "returnByValue", true, "awaitPromise", true, "userGesture", true));
        if (answer.at("/result").has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer);
        }
        return answer.at("/result/result/value");
    }

    /** Until that is so. */
    public void await(String condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!value("!!(" + condition + ")").asBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + condition);
            }
            Thread.sleep(50);
        }
    }

    /** Moves the pointer to the middle of what a selector finds first, or the share of its height that is given from its top. */
    public void point(String selector, double share) throws IOException, InterruptedException {
        pointer("mouseMoved", selector, share);
    }

    /** Clicks it with the pointer. */
    public void click(String selector) throws IOException, InterruptedException {
        drag(selector, 0.5, 0.5);
    }

    /** Presses the button at one share of its height, and lets it go at another one. */
    public void drag(String selector, double from, double to) throws IOException, InterruptedException {
        pointer("mouseMoved", selector, from);
        pointer("mousePressed", selector, from);
        pointer("mouseMoved", selector, to);
        pointer("mouseReleased", selector, to);
    }

    private void pointer(String type, String selector, double share) throws IOException, InterruptedException {
        String node = "document.querySelector(" + JSON.writeValueAsString(selector) + ")";
        if (type.equals("mouseMoved")) {
            // Where it will be when it has been drawn there.
            value(
                    node
                            + ".scrollIntoView({block: 'center', behavior: 'instant'}); new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        }
        JsonNode place = value("(() => { const box = " + node + ".getBoundingClientRect();"
                + " return [box.left + box.width / 2, box.top + " + share + " * box.height]; })()");
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", type);
        event.put("x", place.get(0).asDouble());
        event.put("y", place.get(1).asDouble());
        if (!type.equals("mouseMoved")) {
            event.put("button", "left");
            event.put("clickCount", 1);
        }
        ask("Input.dispatchMouseEvent", event);
    }

    /** What the page's scripts have thrown and nobody caught. */
    public List<String> complaints() throws IOException, InterruptedException {
        value("0");
        return List.copyOf(complaints);
    }

    /** A picture of all of it, to be looked at. */
    public void picture(Path png) throws IOException, InterruptedException {
        JsonNode answer = ask("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
        Files.write(png, Base64.getDecoder().decode(answer.at("/result/data").asText()));
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
