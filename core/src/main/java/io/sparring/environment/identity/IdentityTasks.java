package io.sparring.environment.identity;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/** Makes the identity tasks. */
public final class IdentityTasks implements EnvironmentFactory {
    private static final String DISCRETE = "Identity-Discrete-v0";
    private static final String BOX = "Identity-Box-v0";
    private static final String MULTI_DISCRETE = "Identity-MultiDiscrete-v0";
    private static final String MULTI_BINARY = "Identity-MultiBinary-v0";
    private static final String MASKED = "Identity-Masked-v0";

    @Override
    public List<String> ids() {
        return List.of(DISCRETE, BOX, MULTI_DISCRETE, MULTI_BINARY, MASKED);
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        List<EnvironmentOption> options = new ArrayList<>(sizes(id));
        options.add(EnvironmentOption.whole(
                "max-episode-steps",
                Identity.MAX_STEPS,
                1,
                Integer.MAX_VALUE,
                "After so many steps an episode is truncated."));
        return options;
    }

    private static List<EnvironmentOption> sizes(String id) {
        return switch (id) {
            case DISCRETE ->
                List.of(EnvironmentOption.whole("choices", 4, 2, 1 << 16, "How many things there are to name."));
            case BOX ->
                List.of(EnvironmentOption.whole("dimensions", 2, 1, 1 << 16, "How many numbers there are to repeat."));
            case MULTI_DISCRETE ->
                List.of(
                        EnvironmentOption.whole("targets", 3, 1, 256, "How many things there are to name at once."),
                        EnvironmentOption.whole(
                                "choices",
                                2,
                                1,
                                1 << 12,
                                "Of how many the first is one; each further one is of one more."));
            case MULTI_BINARY ->
                List.of(EnvironmentOption.whole("bits", 4, 1, 1 << 16, "How many bits there are to repeat."));
            case MASKED ->
                List.of(
                        EnvironmentOption.whole("choices", 16, 2, 1 << 16, "How many things there are to name."),
                        EnvironmentOption.whole(
                                "wrong-answers",
                                3,
                                0,
                                (1 << 16) - 1,
                                "How many wrong answers each mask leaves; there are no more than choices - 1."));
            default -> throw new IllegalArgumentException("there is no identity task " + id);
        };
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        if (id.equals(MASKED) && whole(options, "wrong-answers") >= whole(options, "choices")) {
            throw new IllegalArgumentException("options.wrong-answers: expected less than options.choices, "
                    + options.get("choices") + ", got " + options.get("wrong-answers"));
        }
        Space actions = switch (id) {
            case MULTI_DISCRETE ->
                new Space.MultiDiscrete(IntStream.range(0, whole(options, "targets"))
                        .map(i -> whole(options, "choices") + i)
                        .toArray());
            case MULTI_BINARY -> new Space.MultiBinary(whole(options, "bits"));
            case BOX -> Space.Box.of(whole(options, "dimensions"), -1f, 1f);
            default -> new Space.Discrete(whole(options, "choices"));
        };
        return new EnvironmentSpec(
                id,
                options,
                actions instanceof Space.Box box ? box : Space.Box.of(actions.maskSize(), 0f, 1f),
                actions,
                whole(options, "max-episode-steps"),
                null,
                EnvironmentSpec.Recovery.SNAPSHOT,
                List.of(),
                id.equals(MASKED));
    }

    private static int whole(SortedMap<String, Object> options, String name) {
        return ((Long) options.get(name)).intValue();
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        return new Identity(
                copies,
                spec.actionSpace(),
                spec.observationSpace(),
                spec.stepLimit(),
                spec.id().equals(MASKED) ? whole(spec.options(), "wrong-answers") : Identity.NO_MASKS);
    }
}
