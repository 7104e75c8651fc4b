package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;

/** Draws every key by itself. */
final class RandomSampler implements Sampler {
    private final Space space;
    private final long seed;

    RandomSampler(Space space, long seed) {
        this.space = space;
        this.seed = seed;
    }

    @Override
    public Point point(int candidate, History seen) {
        Map<String, Object> values = space.grid(candidate);
        values.putAll(draw(candidate));
        return space.point(values);
    }

    /** A value for every key that is drawn, whether its condition holds or not: so none depends on another's condition. */
    Map<String, Object> draw(int candidate) {
        UniformRandomProvider random = Streams.of(seed, space.draw(candidate), 0, Purpose.SAMPLER);
        Map<String, Object> values = new HashMap<>();
        space.sampled()
                .forEach(dimension ->
                        values.put(dimension.key(), dimension.range().at(random.nextDouble())));
        return values;
    }
}
