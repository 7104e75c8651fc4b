package io.sparring.tuning;

import io.sparring.Names;
import io.sparring.configuration.InvalidConfiguration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** What a sweep's file calls a sampler. */
public enum SamplerKind {
    GRID((space, seed) -> new GridSampler(space)),
    RANDOM(RandomSampler::new),
    SOBOL((space, seed) -> new SobolSampler(space)),
    TPE(TpeSampler::new);

    private final BiFunction<Space, Long, Sampler> maker;

    SamplerKind(BiFunction<Space, Long, Sampler> maker) {
        this.maker = maker;
    }

    /** @throws InvalidConfiguration with the nearest name */
    public static SamplerKind of(String name) {
        List<String> names =
                Arrays.stream(values()).map(SamplerKind::toString).sorted().toList();
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidConfiguration(
                        "sampler: expected one of " + names + ", got " + name + Names.hint(name, names)));
    }

    /**
     * @param seed the sweep's
     * @throws InvalidConfiguration if the space is none for this sampler
     */
    public Sampler create(Space space, long seed) {
        return maker.apply(space, seed);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
