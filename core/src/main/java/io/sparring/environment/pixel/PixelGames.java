package io.sparring.environment.pixel;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Makes the pixel games. */
public final class PixelGames implements EnvironmentFactory {
    private static final Map<String, Game> GAMES = Map.of(
            "MinBreakout-v0",
            new Game(4, false, (copies, stickiness, ramping) -> new Breakout(copies, stickiness)),
            "MinSpaceInvaders-v0",
            new Game(6, true, SpaceInvaders::new),
            "MinFreeway-v0",
            new Game(7, false, (copies, stickiness, ramping) -> new Freeway(copies, stickiness)),
            "MinAsterix-v0",
            new Game(4, true, Asterix::new));

    /**
     * @param kinds how many kinds of things are observed
     * @param ramps whether there is anything that may become harder
     */
    private record Game(int kinds, boolean ramps, Maker maker) {}

    private interface Maker {
        PixelGame make(int copies, double stickiness, boolean ramping);
    }

    @Override
    public List<String> ids() {
        return List.copyOf(GAMES.keySet());
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        return List.of(
                EnvironmentOption.number(
                        "sticky-actions",
                        0.1,
                        0,
                        1,
                        "The probability that the last action is taken again, whatever the new one is."),
                EnvironmentOption.flag(
                        "difficulty-ramping",
                        true,
                        GAMES.get(id).ramps
                                ? "Whether the game becomes faster as it goes on."
                                : "No difference in this game, which stays as it is."));
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        return new EnvironmentSpec(
                id,
                options,
                PixelGame.observations(GAMES.get(id).kinds),
                PixelGame.ACTIONS,
                null,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT);
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        return game(spec.id(), copies, (Double) spec.options().get("sticky-actions"), (Boolean)
                spec.options().get("difficulty-ramping"));
    }

    static PixelGame game(String id, int copies, double stickiness, boolean ramping) {
        return GAMES.get(id).maker.make(copies, stickiness, ramping);
    }
}
