package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.random.SobolSequenceGenerator;

/**
 * Points of Sobol's sequence (Joe and Kuo 2008), one dimension a key: they fill the space more evenly than drawn ones. Nothing is
 * random. The first point, all zeros, is left out: it is nothing but the corner of the space.
 */
final class SobolSampler implements Sampler {
    /** Commons Math has direction numbers for so many. */
    private static final int MAX_DIMENSION = 1000;

    private final Space space;
    private final SobolSequenceGenerator sequence;

    SobolSampler(Space space) {
        this.space = space;
        if (space.sampled().size() > MAX_DIMENSION) {
            throw new InvalidConfiguration("sampler: sobol draws at most " + MAX_DIMENSION + " keys, but the space has "
                    + space.sampled().size());
        }
        sequence = space.gridsAlone()
                ? null
                : new SobolSequenceGenerator(space.sampled().size());
    }

    @Override
    public Point point(int candidate, History seen) {
        Map<String, Object> values = space.grid(candidate);
        if (sequence != null) {
            double[] quantiles = sequence.skipTo(Math.toIntExact(space.draw(candidate) + 1));
            List<Space.Dimension> sampled = space.sampled();
            for (int i = 0; i < quantiles.length; i++) {
                values.put(sampled.get(i).key(), sampled.get(i).range().at(quantiles[i]));
            }
        }
        return space.point(values);
    }
}
