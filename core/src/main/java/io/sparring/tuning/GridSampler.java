package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;

/** Every combination, the last key fastest. */
final class GridSampler implements Sampler {
    private final Space space;

    GridSampler(Space space) {
        this.space = space;
        if (!space.gridsAlone()) {
            throw new InvalidConfiguration("sampler: grid needs a space of grids alone, but space."
                    + space.sampled().get(0).key() + " is drawn");
        }
    }

    @Override
    public Point point(int candidate, History seen) {
        return space.point(space.grid(candidate));
    }
}
