package io.sparring.tuning;

import java.util.OptionalLong;

/**
 * The settings of the schedulers whose rungs are a factor apart.
 *
 * @param eta η, at least 2: how far, and which part of the candidates goes on
 * @param firstRungRounds where the lowest is; empty: so that there are three before the end
 */
record Ladder(int eta, OptionalLong firstRungRounds) {
    static Ladder read(Options settings) {
        return new Ladder(settings.whole("eta", 2, 3), settings.whole("first-rung-rounds", 1));
    }

    /** @param maxRounds how many rounds the base configuration's budget has */
    Rungs rungs(long maxRounds) {
        long three = Math.max(1, (long) (maxRounds / Math.pow(eta, 3)));
        return Rungs.geometric(firstRungRounds.orElse(three), eta, maxRounds);
    }
}
