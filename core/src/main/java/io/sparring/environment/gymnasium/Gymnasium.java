package io.sparring.environment.gymnasium;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Gymnasium's environments by their ids there. */
public final class Gymnasium {
    /** What stands before an id of Gymnasium's, as in {@code gymnasium:LunarLander-v3}. */
    public static final String PREFIX = "gymnasium:";

    /** What stands before one of which the package's own vector environment steps the copies, as in {@code gymnasium-vec:ALE/Pong-v5}. */
    public static final String VECTOR_PREFIX = "gymnasium-vec:";

    private static final System.Logger LOG = System.getLogger(Gymnasium.class.getName());

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private Gymnasium() {}

    /** Whether an environment of this name is one of Gymnasium's. */
    public static boolean has(String id) {
        return id.startsWith(PREFIX) || isVector(id);
    }

    static boolean isVector(String id) {
        return id.startsWith(VECTOR_PREFIX);
    }

    /**
     * An environment, made once here to learn its spaces.
     *
     * @param id with {@link #PREFIX} or {@link #VECTOR_PREFIX}; behind it what {@code gymnasium.make} takes, {@code module:Id} too
     * @param options arguments of its constructor
     * @param wrappers of {@code gymnasium.wrappers}, the innermost first
     * @throws IllegalArgumentException if there is none of that name, or none that can be made so; the message is one line
     */
    public static EnvironmentSource resolve(
            String id, SortedMap<String, Object> options, List<EnvironmentSpec.Wrapper> wrappers, Hosting hosting) {
        PythonWorker worker = null;
        try {
            worker = PythonWorker.start(hosting.interpreter());
            JsonNode made = describe(worker, id, options, wrappers, List.of(1), hosting);
            JsonNode leftOut = made.get("observations").get("left-out");
            if (!leftOut.isEmpty()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        id + ": these parts of its observations are text and left out: " + leftOut);
            }
            return of(spec(id, options, wrappers, made), hosting);
        } catch (PythonFailure e) {
            throw new IllegalArgumentException(
                    e.getMessage().lines().findFirst().orElse(id), e);
        } finally {
            if (worker != null) {
                worker.close();
            }
        }
    }

    /**
     * What is registered in the interpreter here.
     *
     * @param environments the newest version of each, sorted
     */
    public record Registered(String python, String executable, String gymnasium, List<Entry> environments) {}

    /**
     * An environment that is registered.
     *
     * @param id without {@link #PREFIX}
     * @param stepLimit null where it has none
     * @param rewardThreshold null where nobody has said so
     */
    public record Entry(
            String id,
            @JsonProperty("step-limit") Integer stepLimit,
            @JsonProperty("reward-threshold") Double rewardThreshold) {}

    /** @throws IllegalArgumentException if there is no such interpreter, or no gymnasium for it; the message is one line */
    public static Registered registered(Hosting hosting) {
        PythonWorker worker = null;
        try {
            worker = PythonWorker.start(hosting.interpreter());
            ByteBuffer answer = worker.ask(
                    PythonWorker.Operation.LIST,
                    JSON.writeValueAsBytes(Map.of("modules", hosting.modules())),
                    start(hosting));
            return JSON.readValue(StandardCharsets.UTF_8.decode(answer).toString(), Registered.class);
        } catch (PythonFailure | JsonProcessingException e) {
            throw new IllegalArgumentException(
                    e.getMessage().lines().findFirst().orElse("no answer"), e);
        } finally {
            if (worker != null) {
                worker.close();
            }
        }
    }

    /**
     * What a process with so many copies has of memory here once they are reset, in bytes; 0 where the system does not tell.
     *
     * @throws PythonFailure if there is none
     */
    public static long residentBytes(
            String id,
            SortedMap<String, Object> options,
            List<EnvironmentSpec.Wrapper> wrappers,
            int copies,
            Hosting hosting) {
        PythonWorker worker = PythonWorker.start(hosting.interpreter());
        try {
            describe(worker, id, options, wrappers, List.of(copies), hosting);
            worker.ask(PythonWorker.Operation.RESET, new byte[copies * Integer.BYTES], start(hosting));
            return worker.residentBytes();
        } finally {
            worker.close();
        }
    }

    private static Duration start(Hosting hosting) {
        return Duration.ofMillis((long) (1000 * hosting.startSeconds()));
    }

    /** The environment that was resolved elsewhere or earlier. */
    public static EnvironmentSource of(EnvironmentSpec spec, Hosting hosting) {
        return new EnvironmentSource(spec, new Maker(hosting));
    }

    /** Makes environments; those of one JVM share the processes that wait. */
    private static final class Maker implements EnvironmentSource.Maker {
        private static final long serialVersionUID = 1L;

        private final Hosting hosting;
        private transient StandingWorkers standing;

        Maker(Hosting hosting) {
            this.hosting = hosting;
        }

        @Override
        public Environment make(EnvironmentSpec spec, int copies) {
            return new GymnasiumEnvironment(spec, copies, hosting, standing());
        }

        private synchronized StandingWorkers standing() {
            if (standing == null) {
                standing = new StandingWorkers();
            }
            return standing;
        }
    }

    /** Has a fresh process make blocks of so many copies, and says what they are. */
    static EnvironmentSpec make(
            PythonWorker worker,
            String id,
            SortedMap<String, Object> options,
            List<EnvironmentSpec.Wrapper> wrappers,
            List<Integer> blocks,
            Hosting hosting) {
        return spec(id, options, wrappers, describe(worker, id, options, wrappers, blocks, hosting));
    }

    private static JsonNode describe(
            PythonWorker worker,
            String id,
            SortedMap<String, Object> options,
            List<EnvironmentSpec.Wrapper> wrappers,
            List<Integer> blocks,
            Hosting hosting) {
        Map<String, Object> asked = new TreeMap<>();
        asked.put("id", id.substring(id.indexOf(':') + 1));
        asked.put("vector", isVector(id));
        asked.put("options", options);
        asked.put("wrappers", wrappers);
        asked.put("modules", hosting.modules());
        asked.put("blocks", blocks);
        try {
            ByteBuffer answer = worker.ask(PythonWorker.Operation.MAKE, JSON.writeValueAsBytes(asked), start(hosting));
            return JSON.readTree(StandardCharsets.UTF_8.decode(answer).toString());
        } catch (JsonProcessingException e) {
            throw PythonFailure.lost(
                    "the Python process describes " + id + " in no way that is known here: " + e.getOriginalMessage());
        }
    }

    private static EnvironmentSpec spec(
            String id, SortedMap<String, Object> options, List<EnvironmentSpec.Wrapper> wrappers, JsonNode made) {
        JsonNode limit = made.get("step-limit");
        JsonNode threshold = made.get("reward-threshold");
        return new EnvironmentSpec(
                id,
                options,
                box(made.get("observations")),
                actions(made.get("actions")),
                limit.isNull() ? null : limit.intValue(),
                threshold.isNull() ? null : threshold.doubleValue(),
                made.get("nondeterministic").booleanValue()
                        ? EnvironmentSpec.Recovery.NONE
                        : EnvironmentSpec.Recovery.REPLAY,
                wrappers,
                made.get("masks").booleanValue(),
                parts(made.get("observations").get("parts")));
    }

    private static List<EnvironmentSpec.Part> parts(JsonNode described) {
        List<EnvironmentSpec.Part> parts = new ArrayList<>();
        for (JsonNode part : described) {
            parts.add(new EnvironmentSpec.Part(
                    part.get("name").textValue(),
                    dtype(part.get("dtype")),
                    Arrays.stream(integers(part.get("shape"))).boxed().toList()));
        }
        return parts;
    }

    private static Space.Dtype dtype(JsonNode name) {
        return Space.Dtype.valueOf(name.textValue().toUpperCase(Locale.ROOT));
    }

    private static Space actions(JsonNode space) {
        return switch (space.get("kind").textValue()) {
            case "discrete" -> new Space.Discrete(space.get("n").intValue());
            case "multi-discrete" -> new Space.MultiDiscrete(integers(space.get("sizes")));
            case "multi-binary" -> new Space.MultiBinary(space.get("n").intValue());
            default -> box(space);
        };
    }

    private static int[] integers(JsonNode numbers) {
        int[] integers = new int[numbers.size()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = numbers.get(i).intValue();
        }
        return integers;
    }

    private static Space.Box box(JsonNode space) {
        Space.Dtype dtype = space.has("dtype") ? dtype(space.get("dtype")) : Space.Dtype.FLOAT32;
        return new Space.Box(floats(space.get("low")), floats(space.get("high")), integers(space.get("shape")), dtype);
    }

    private static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers.get(i).doubleValue();
        }
        return floats;
    }
}
