package io.sparring.export;

import io.sparring.environment.Space;
import io.sparring.rollout.Policy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A policy's jar: {@link #load} and {@link #act(float[])} from Java, or rows of observations from its command line. Used by one thread at a time.
 */
public final class JarPolicy {
    /** What some programs begin text with. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final PolicyResource resource;
    private final Policy policy;

    private JarPolicy(PolicyResource resource) {
        this.resource = resource;
        policy = resource.policy();
    }

    /**
     * The policy of the jar that this class lies in.
     *
     * @throws IllegalStateException if it has none, as Sparring's own
     */
    public static JarPolicy load() {
        try (InputStream in = JarPolicy.class.getResourceAsStream(PolicyResource.NAME)) {
            if (in == null) {
                throw new IllegalStateException(
                        "this jar has no policy: expected one that sparring export has written");
            }
            return new JarPolicy(PolicyResource.read(in.readAllBytes()));
        } catch (IOException e) {
            throw new IllegalStateException("this jar's policy cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The likeliest action.
     *
     * @param observation the numbers as the environment gives them; of a dictionary one part behind the other
     * @return as the environment takes it: one float that holds an index, one for each choice, bit or number
     */
    public float[] act(float[] observation) {
        return policy.act(observation);
    }

    /** The likeliest of the actions that are allowed; see {@link Policy#act(float[], boolean[])}. */
    public float[] act(float[] observation, boolean[] allowed) {
        return policy.act(observation, allowed);
    }

    /** An episode begins: what was shown before is forgotten. Without memory it does nothing. */
    public void reset() {
        policy.reset();
    }

    /**
     * Reads rows of observations from stdin as CSV, each followed by the flags of its mask where there are masks, and writes a row for each: the likeliest action, what it was
     * chosen by, and V. A first row without any number is a header; an empty row ends an episode. Exit code 2 where a row is no observation, and 1 where stdout takes no more.
     */
    public static void main(String[] arguments) throws IOException {
        JarPolicy policy = load();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int exit = policy.answer(in, out);
        if (out.checkError()) {
            System.err.println("stdout: what was to be written could not be, and rows are missing");
            exit = 1;
        }
        System.exit(exit);
    }

    private int answer(BufferedReader in, PrintStream out) throws IOException {
        out.println(String.join(",", header()));
        int row = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            row++;
            if (row == 1 && line.startsWith(BYTE_ORDER_MARK)) {
                line = line.substring(BYTE_ORDER_MARK.length());
            }
            String[] cells = line.split(",", -1);
            if (line.isBlank()) {
                policy.reset();
            } else if (row > 1 || Arrays.stream(cells).anyMatch(JarPolicy::isNumber)) {
                try {
                    out.println(answer(cells));
                } catch (IllegalArgumentException e) {
                    out.flush();
                    System.err.println("row " + row + ": " + e.getMessage());
                    return 2;
                }
            }
        }
        return 0;
    }

    private static boolean isNumber(String cell) {
        try {
            Float.parseFloat(cell.strip());
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private String answer(String[] cells) {
        int size = resource.model().architecture().observationSize();
        int flags = resource.masks() ? resource.actions().maskSize() : 0;
        if (cells.length != size + flags) {
            throw new IllegalArgumentException("expected " + size + " numbers"
                    + (flags == 0 ? "" : " and a mask of " + flags) + ", got " + cells.length + " cells");
        }
        float[] observation = new float[size];
        for (int i = 0; i < size; i++) {
            if (!isNumber(cells[i])) {
                throw new IllegalArgumentException("expected a number, got " + cells[i]);
            }
            observation[i] = Float.parseFloat(cells[i].strip());
            if (!Float.isFinite(observation[i])) {
                throw new IllegalArgumentException("expected a finite number, got " + cells[i]);
            }
        }
        boolean[] allowed = new boolean[flags];
        for (int i = 0; i < flags; i++) {
            String flag = cells[size + i].strip();
            if (!flag.equals("0") && !flag.equals("1")) {
                throw new IllegalArgumentException("expected 0 or 1 in the mask, got " + flag);
            }
            allowed[i] = flag.equals("1");
        }
        Policy.Decision decision = policy.decide(observation, allowed);
        List<String> answer = new ArrayList<>();
        for (float number : decision.action()) {
            answer.add(
                    resource.actions() instanceof Space.Box ? Float.toString(number) : Integer.toString((int) number));
        }
        for (float number : decision.description()) {
            answer.add(Float.toString(number));
        }
        answer.add(Float.toString(decision.value()));
        return String.join(",", answer);
    }

    private List<String> header() {
        List<String> names = new ArrayList<>();
        int actions = resource.actions().size();
        for (int i = 0; i < actions; i++) {
            names.add(actions == 1 ? "action" : "action" + i);
        }
        if (resource.actions() instanceof Space.MultiDiscrete several) {
            for (int choice = 0; choice < several.sizes().length; choice++) {
                for (int i = 0; i < several.sizes()[choice]; i++) {
                    names.add("p" + choice + "_" + i);
                }
            }
        } else {
            boolean box = resource.actions() instanceof Space.Box;
            for (String name : box ? List.of("mean", "log_sigma") : List.of("p")) {
                for (int i = 0; i < resource.model().architecture().policyOutputs(); i++) {
                    names.add(name + i);
                }
            }
        }
        names.add("value");
        return names;
    }
}
