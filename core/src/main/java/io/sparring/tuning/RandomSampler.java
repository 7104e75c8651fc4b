package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
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
        UniformRandomProvider random = Streams.of(seed, space.draw(candidate), 0, Purpose.SAMPLER);
        Map<String, Object> values = space.grid(candidate);
        // Keys whose condition does not hold are drawn too, so that no key's value depends on another's condition.
        space.sampled()
                .forEach(dimension ->
                        values.put(dimension.key(), dimension.range().at(random.nextDouble())));
        return space.point(values);
    }
}
