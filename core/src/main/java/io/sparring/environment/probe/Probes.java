package io.sparring.environment.probe;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.util.List;
import java.util.SortedMap;

/** Makes the probes. */
public final class Probes implements EnvironmentFactory {
    /** Slow enough to follow. */
    static final double FRAMES_PER_SECOND = 5;

    private static final String CATCH = "Catch-v0";
    private static final String DEEP_SEA = "DeepSea-v0";
    private static final String MEMORY_CHAIN = "MemoryChain-v0";

    @Override
    public List<String> ids() {
        return List.of(CATCH, DEEP_SEA, MEMORY_CHAIN);
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        return switch (id) {
            case CATCH ->
                List.of(
                        EnvironmentOption.whole("rows", 10, 2, 256, "How many rows the board has."),
                        EnvironmentOption.whole("columns", 5, 1, 256, "How many columns the board has."));
            case DEEP_SEA ->
                List.of(
                        EnvironmentOption.whole("size", 10, 1, 256, "N, how many rows and columns the sea has."),
                        EnvironmentOption.whole(
                                "mapping-seed",
                                42,
                                0,
                                Integer.MAX_VALUE,
                                "Decides which action is right, cell by cell."));
            case MEMORY_CHAIN ->
                List.of(
                        EnvironmentOption.whole(
                                "length", 10, 1, 1 << 16, "N, how many steps there are from the context to the end."),
                        EnvironmentOption.whole("bits", 1, 1, 1 << 12, "Of how many bits one is asked for."));
            default -> throw new IllegalArgumentException("there is no probe " + id);
        };
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        Space.Box observations = switch (id) {
            case CATCH -> Catch.observations(whole(options, "rows"), whole(options, "columns"));
            case DEEP_SEA -> DeepSea.observations(whole(options, "size"));
            default -> MemoryChain.observations(whole(options, "bits"));
        };
        Space actions = switch (id) {
            case CATCH -> Catch.ACTIONS;
            case DEEP_SEA -> DeepSea.ACTIONS;
            default -> MemoryChain.ACTIONS;
        };
        return new EnvironmentSpec(id, options, observations, actions, null, null, EnvironmentSpec.Recovery.SNAPSHOT);
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        SortedMap<String, Object> options = spec.options();
        return switch (spec.id()) {
            case CATCH -> new Catch(copies, whole(options, "rows"), whole(options, "columns"));
            case DEEP_SEA -> {
                int size = whole(options, "size");
                yield new DeepSea(copies, size, DeepSea.mapping(size, whole(options, "mapping-seed")));
            }
            default -> new MemoryChain(copies, whole(options, "length"), whole(options, "bits"));
        };
    }

    private static int whole(SortedMap<String, Object> options, String name) {
        return ((Long) options.get(name)).intValue();
    }
}
