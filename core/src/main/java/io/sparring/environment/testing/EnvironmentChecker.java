package io.sparring.environment.testing;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Whether an environment keeps what {@link Environment} promises, for the tests of those who write one:
 *
 * <pre>{@code
 *   EnvironmentChecker.check(copies -> new MyEnvironment(copies));
 * }</pre>
 *
 * <p>{@link #checkWithoutChance} is for one that draws nothing.
 *
 * <p>It plays a few copies with random actions and compares environments that must do the same, step by step and to the bit.
 * The first broken promise ends the check with an {@link AssertionError} that says what was promised, where it was broken
 * and what to look for. What the environment itself throws is passed on.
 *
 * <p>What concerns ends of episodes is checked on those that come within {@value #MOST_STEPS} steps. In the spirit of
 * Stable-Baselines3's {@code check_env}.
 */
public final class EnvironmentChecker {
    private static final int FEWEST_STEPS = 64;
    private static final int MOST_STEPS = 2_500;
    /** So many episodes of one step in a row, after a longer first one, are taken for one that is never reset. */
    private static final int SUSPICIOUS_EPISODES = 10;

    private static final long[] SEEDS = {11, 12, 13};
    private static final long[] OTHER_SEEDS = {21, 22, 23};

    private final IntFunction<Environment> factory;
    private final Map<Long, float[]> actionsOfSeed = new LinkedHashMap<>();
    private Space.Box observationSpace;
    private Space actionSpace;
    /** Flags in one copy's mask; 0: nothing is masked. */
    private int maskSize;
    /** How long environments are compared: long enough that episodes end, where they do. */
    private int steps;

    private EnvironmentChecker(IntFunction<Environment> factory) {
        this.factory = factory;
    }

    /**
     * @param factory makes a new environment of so many copies, as the registry does
     * @throws AssertionError if the environment breaks a promise
     */
    public static void check(IntFunction<Environment> factory) {
        EnvironmentChecker checker = new EnvironmentChecker(factory);
        checker.keepsWhatHoldsOfAll();
        checker.anotherSeedGivesAnotherTrajectory();
    }

    /**
     * As {@link #check}, of an environment that draws nothing: no seed may make a difference.
     *
     * @param factory makes a new environment of so many copies, as the registry does
     * @throws AssertionError if the environment breaks a promise
     */
    public static void checkWithoutChance(IntFunction<Environment> factory) {
        EnvironmentChecker checker = new EnvironmentChecker(factory);
        checker.keepsWhatHoldsOfAll();
        checker.noSeedMakesADifference();
    }

    private void keepsWhatHoldsOfAll() {
        spacesAreSane();
        endedEpisodesAreResetInTheSameStep();
        valuesAreFiniteAndWithinTheirSpaces();
        equalSeedsGiveEqualTrajectories();
        flagsAreWrittenByEveryStep();
        copiesAreIndependent();
        resetForgetsEverything();
        restoredEnvironmentsGoOnAsBefore();
        restoreRefusesWhatIsNoSnapshotOfItsOwn();
    }

    /**
     * How long a step takes, played with random actions for about a second.
     *
     * @param copies B, at least 1
     * @return seconds for one step of all copies together
     */
    public static double secondsPerStep(IntFunction<Environment> factory, int copies) {
        try (Environment environment = factory.apply(copies)) {
            EnvironmentChecker checker = new EnvironmentChecker(ignored -> environment);
            checker.observationSpace = environment.observationSpace();
            checker.actionSpace = environment.actionSpace();
            checker.maskSize = environment.masks() ? environment.actionSpace().maskSize() : 0;
            checker.steps = MOST_STEPS;
            Player player = checker.new Player("the environment", copies);
            long[] seeds = new long[copies];
            Arrays.setAll(seeds, copy -> SEEDS[0] + copy % SEEDS.length);
            player.reset(seeds, seeds);
            player.play(MOST_STEPS / 100);
            long start = System.nanoTime();
            int from = player.taken;
            while (player.taken < MOST_STEPS && System.nanoTime() - start < 1_000_000_000L) {
                player.step();
            }
            return (System.nanoTime() - start) / 1e9 / (player.taken - from);
        }
    }

    private void spacesAreSane() {
        for (int copies : new int[] {1, SEEDS.length}) {
            try (Environment environment = factory.apply(copies)) {
                require(environment != null, "the factory made null instead of an environment");
                require(
                        environment.copies() == copies,
                        "copies() is %d where %d were asked for",
                        environment.copies(),
                        copies);
                Space.Box observations = environment.observationSpace();
                Space actions = environment.actionSpace();
                require(observations != null, "observationSpace() is null");
                require(actions != null, "actionSpace() is null");
                boundsAreSane("observation", observations);
                if (actions instanceof Space.Box box) {
                    boundsAreSane("action", box);
                }
                require(
                        !environment.masks() || actions.maskSize() > 0,
                        "masks() is true, and %s has no actions to mask: a finite action space has",
                        actions);
                int flags = environment.masks() ? actions.maskSize() : 0;
                if (observationSpace == null) {
                    observationSpace = observations;
                    actionSpace = actions;
                    maskSize = flags;
                }
                for (int again = 0; again < 2; again++) {
                    require(
                            environment.masks() == maskSize > 0,
                            "masks() is true at one time and false at another: it is the same at every call, in every"
                                    + " instance and for any number of copies");
                    sameSpace("observationSpace()", observationSpace, environment.observationSpace());
                    sameSpace("actionSpace()", actionSpace, environment.actionSpace());
                }
            }
        }
    }

    private static void boundsAreSane(String what, Space.Box box) {
        for (int i = 0; i < box.size(); i++) {
            float low = box.low()[i];
            float high = box.high()[i];
            require(
                    low < Float.POSITIVE_INFINITY && high > Float.NEGATIVE_INFINITY,
                    "dimension %d of the %s space runs from %s to %s: no finite number lies within",
                    i,
                    what,
                    low,
                    high);
        }
    }

    private static void sameSpace(String what, Space before, Space now) {
        require(
                before.equals(now),
                "%s is %s at one time and %s at another: spaces are the same at every call, in every instance and for any"
                        + " number of copies",
                what,
                before,
                now);
    }

    /**
     * A reset can't be seen as such. What gives its absence away: every step ends the episode again, or what is shown as the
     * new episode's first observation is always the old one's last, though no episode was ever seen to start there.
     */
    private void endedEpisodesAreResetInTheSameStep() {
        EpisodeLengths[] lengths = {new EpisodeLengths(), new EpisodeLengths(), new EpisodeLengths()};
        List<float[]> starts = startsOfEpisodes();
        int ends = 0;
        int alike = 0;
        try (Player player = start("", SEEDS)) {
            do {
                player.step();
                for (int copy = 0; copy < SEEDS.length; copy++) {
                    lengths[copy].add(player.result.ended(copy));
                    require(
                            !lengths[copy].stuck(),
                            "copy %d is not reset when its episode ends: the first one took %d steps, and since then every"
                                    + " step ends one. The step that ends an episode also starts the next one, its step"
                                    + " counter included",
                            copy,
                            lengths[copy].first);
                    if (player.result.ended(copy)) {
                        float[] shown = player.observation(copy);
                        boolean known = starts.stream().anyMatch(start -> Arrays.equals(start, shown));
                        if (!known && Arrays.equals(shown, player.finalObservation(copy))) {
                            alike++;
                        }
                        ends++;
                    }
                }
            } while (player.taken < FEWEST_STEPS
                    || (player.taken < MOST_STEPS && !Arrays.stream(lengths).allMatch(EpisodeLengths::decided)));
            steps = player.taken;
        }
        require(
                ends < SEEDS.length || alike < ends,
                "all %d episodes that ended had the same observation in observations and in finalObservations:"
                        + " finalObservations takes the last one of the old episode, observations then takes the first"
                        + " one of the new",
                ends);
    }

    private List<float[]> startsOfEpisodes() {
        List<float[]> starts = new ArrayList<>();
        for (int group = 0; group < 8; group++) {
            long[] seeds = {31 + 3 * group, 32 + 3 * group, 33 + 3 * group};
            try (Player player = start("", seeds)) {
                for (int copy = 0; copy < seeds.length; copy++) {
                    starts.add(player.observation(copy));
                }
            }
        }
        return starts;
    }

    private void valuesAreFiniteAndWithinTheirSpaces() {
        try (Player player = start("", SEEDS)) {
            player.requireValidValues();
            while (player.taken < steps) {
                player.step();
                player.requireValidValues();
            }
        }
    }

    private void equalSeedsGiveEqualTrajectories() {
        try (Player first = start("in one instance", SEEDS);
                Player second = start("in another", SEEDS)) {
            playSideBySide(
                    first,
                    second,
                    "equal seeds and equal actions give equal trajectories, in instances that share nothing (is there a"
                            + " clock, an unseeded generator, a static field?)");
        }
    }

    private void flagsAreWrittenByEveryStep() {
        try (Player first = start("where the array held false before", SEEDS);
                Player second = start("where it held true", SEEDS)) {
            second.flagsBefore = true;
            playSideBySide(first, second, "every step writes terminated and truncated, false as well as true");
        }
    }

    private void anotherSeedGivesAnotherTrajectory() {
        try (Player first = start("", SEEDS, SEEDS);
                Player second = start("", OTHER_SEEDS, SEEDS)) {
            while (!first.differs(second) && first.taken < steps) {
                first.step();
                second.step();
            }
            require(
                    first.differs(second),
                    "seeds %s and %s gave the same %d steps: what an environment draws must follow from the seeds given to"
                            + " reset",
                    Arrays.toString(SEEDS),
                    Arrays.toString(OTHER_SEEDS),
                    steps);
        }
    }

    private void noSeedMakesADifference() {
        try (Player first = start("by some seeds", SEEDS, SEEDS);
                Player second = start("by others", OTHER_SEEDS, SEEDS)) {
            playSideBySide(first, second, "an environment that draws nothing is the same for every seed");
        }
    }

    private void copiesAreIndependent() {
        String promise =
                "a copy depends on its own seed and its own actions alone (do copies share a generator, a counter, an"
                        + " array row?)";
        for (int copy = 0; copy < SEEDS.length; copy++) {
            int[] onlyItself = {-1, -1, -1};
            onlyItself[copy] = copy;
            long[] actionSeeds = OTHER_SEEDS.clone();
            actionSeeds[copy] = SEEDS[copy];
            try (Player together = start("beside two others", SEEDS);
                    Player otherwise = start("when the others act otherwise", SEEDS, actionSeeds)) {
                playSideBySide(together, otherwise, onlyItself, promise);
            }
            int[] onlyTheFirst = {-1, -1, -1};
            onlyTheFirst[copy] = 0;
            try (Player together = start("as one of three copies", SEEDS);
                    Player alone = start("alone", new long[] {SEEDS[copy]})) {
                playSideBySide(together, alone, onlyTheFirst, promise);
            }
        }
        long[] amongFive = {OTHER_SEEDS[0], SEEDS[2], SEEDS[1], SEEDS[0], OTHER_SEEDS[1]};
        try (Player three = start("as one of three copies", SEEDS);
                Player five = start("at another index among five", amongFive)) {
            playSideBySide(three, five, new int[] {3, 2, 1}, promise);
        }
    }

    private void resetForgetsEverything() {
        try (Player fresh = start("in a new instance", SEEDS);
                Player used = start("in one that was used before", OTHER_SEEDS)) {
            used.play(steps / 2 + 1);
            used.reset(SEEDS, SEEDS);
            playSideBySide(fresh, used, "reset forgets all that was before (a step counter, a generator's state?)");
        }
    }

    private void restoredEnvironmentsGoOnAsBefore() {
        for (int taken : new int[] {0, 1, steps / 3, 2 * steps / 3}) {
            try (Player undisturbed = start("in an environment that was left alone", SEEDS);
                    Player original = start("in one of which a snapshot was taken", SEEDS);
                    Player unused = new Player("in a new instance that the snapshot was restored into", SEEDS.length);
                    Player used = start("in a used instance that the snapshot was restored into", OTHER_SEEDS)) {
                undisturbed.play(taken);
                original.play(taken);
                byte[] snapshot = original.environment.snapshot();
                require(snapshot != null, "snapshot() is null");
                byte[] kept = snapshot.clone();
                boolean[] allowed = original.result.allowed.clone();
                playSideBySide(undisturbed, original, "taking a snapshot changes nothing");
                require(
                        Arrays.equals(snapshot, kept),
                        "a snapshot taken after %d steps changed while the environment went on: snapshot() must return a"
                                + " copy",
                        taken);

                String promise =
                        "an environment restored from a snapshot goes on as the original did (is all of its state in"
                                + " the snapshot: the step counter, the generators, what was last shown?)";
                original.name = "in the same instance, set back to the snapshot";
                used.play(steps / 2 + 1);
                for (Player restored : List.of(unused, used, original)) {
                    restored.restore(kept, allowed, SEEDS, taken);
                    undisturbed.reset(SEEDS, SEEDS);
                    undisturbed.play(taken);
                    playSideBySide(undisturbed, restored, promise);
                }
            }
        }
    }

    private void restoreRefusesWhatIsNoSnapshotOfItsOwn() {
        Map<String, byte[]> refused = new LinkedHashMap<>();
        byte[] own = snapshotOf(SEEDS);
        refused.put("an empty array", new byte[0]);
        refused.put("a snapshot without its last byte", Arrays.copyOf(own, Math.max(0, own.length - 1)));
        refused.put("a snapshot with one byte more", Arrays.copyOf(own, own.length + 1));
        refused.put("a snapshot of 2 copies", snapshotOf(Arrays.copyOf(SEEDS, 2)));
        refused.put("a snapshot of 4 copies", snapshotOf(Arrays.copyOf(SEEDS, 4)));
        refused.forEach((what, bytes) -> {
            try (Player player = start("", SEEDS)) {
                player.environment.restore(bytes);
            } catch (IllegalArgumentException expected) {
                return;
            } catch (RuntimeException other) {
                throw new AssertionError(
                        "restore answers " + what + " with " + other + " instead of IllegalArgumentException", other);
            }
            throw new AssertionError("restore of " + SEEDS.length + " copies takes " + what
                    + " instead of throwing IllegalArgumentException");
        });
    }

    private byte[] snapshotOf(long[] seeds) {
        try (Player player = start("", seeds)) {
            player.play(steps / 3);
            return player.environment.snapshot();
        }
    }

    private Player start(String name, long[] seeds) {
        return start(name, seeds, seeds);
    }

    private Player start(String name, long[] seeds, long[] actionSeeds) {
        Player player = new Player(name, seeds.length);
        player.reset(seeds, actionSeeds);
        return player;
    }

    private void playSideBySide(Player left, Player right, String promise) {
        playSideBySide(left, right, new int[] {0, 1, 2}, promise);
    }

    /** Plays both to the end and compares every copy on the left with its partner on the right, where it has one (not −1). */
    private void playSideBySide(Player left, Player right, int[] partners, String promise) {
        left.requireSame(right, partners, promise);
        while (left.taken < steps) {
            left.step();
            right.step();
            left.requireSame(right, partners, promise);
        }
    }

    /** {@link #MOST_STEPS} random actions that follow from a seed, the bounds of a box among them. */
    private float[] actions(long seed) {
        return actionsOfSeed.computeIfAbsent(seed, name -> {
            UniformRandomProvider random = Streams.of(name, 0, 0, Purpose.ACTION);
            int size = actionSpace.size();
            float[] actions = new float[MOST_STEPS * size];
            for (int i = 0; i < actions.length; i++) {
                actions[i] = action(i % size, random);
            }
            return actions;
        });
    }

    /** One number of an action. */
    private float action(int i, UniformRandomProvider random) {
        return actionSpace instanceof Space.Box box
                ? between(box.low()[i], box.high()[i], random)
                : random.nextInt(choices(i));
    }

    /** Of how many values a number of an action is one, in a finite space. */
    private int choices(int i) {
        if (actionSpace instanceof Space.Discrete discrete) {
            return discrete.n();
        }
        return actionSpace instanceof Space.MultiDiscrete discrete ? discrete.sizes()[i] : 2;
    }

    /** Where a mask forbids part of an action, the next value that is allowed takes its place. */
    private void makeAllowed(float[] action, int actionAt, boolean[] allowed, int maskAt) {
        boolean bits = actionSpace instanceof Space.MultiBinary;
        int at = maskAt;
        for (int i = 0; i < actionSpace.size(); i++) {
            int value = (int) action[actionAt + i];
            if (bits) {
                value = allowed[at++] ? value : 0;
            } else {
                while (!allowed[at + value]) {
                    value = (value + 1) % choices(i);
                }
                at += choices(i);
            }
            action[actionAt + i] = value;
        }
    }

    private static float between(float low, float high, UniformRandomProvider random) {
        float least = Float.isInfinite(low) ? Math.min(-1f, high - 1f) : low;
        float most = Float.isInfinite(high) ? Math.max(1f, low + 1f) : high;
        return switch (random.nextInt(8)) {
            case 0 -> least;
            case 1 -> most;
            default -> Math.min(most, Math.max(least, (float) (least + random.nextDouble() * ((double) most - least))));
        };
    }

    private static void require(boolean kept, String format, Object... arguments) {
        if (!kept) {
            throw broken(format, arguments);
        }
    }

    private static AssertionError broken(String format, Object... arguments) {
        return new AssertionError(String.format(Locale.ROOT, format, arguments));
    }

    /** How long one copy's episodes were. */
    private static final class EpisodeLengths {
        private int current;
        /** 0 while the first one lasts. */
        private int first;

        private int singleSteps;
        private boolean longerSince;

        void add(boolean ended) {
            current++;
            if (ended && first == 0) {
                first = current;
            } else if (ended && current == 1) {
                singleSteps++;
            } else if (ended) {
                longerSince = true;
            }
            current = ended ? 0 : current;
        }

        boolean stuck() {
            return first > 1 && !longerSince && singleSteps >= SUSPICIOUS_EPISODES;
        }

        boolean decided() {
            return longerSince || singleSteps >= SUSPICIOUS_EPISODES;
        }
    }

    /** One environment, played with the actions of its copies' seeds. */
    private final class Player implements AutoCloseable {
        /** A NaN that no environment computes: what still holds it was not written. */
        private static final int UNWRITTEN = 0x7fc0dead;

        private final Environment environment;
        private final int copies;
        private final Step result;
        private final float[] actions;
        private String name;
        private boolean flagsBefore;
        private long[] actionSeeds;
        private int taken;
        /** Whether {@link #result} holds what the environment last gave: not after a restore. */
        private boolean current;

        Player(String name, int copies) {
            this.name = name;
            this.copies = copies;
            environment = factory.apply(copies);
            result = new Step(copies, observationSpace.size(), maskSize);
            actions = new float[copies * actionSpace.size()];
        }

        void reset(long[] seeds, long[] actionSeeds) {
            this.actionSeeds = actionSeeds;
            taken = 0;
            current = true;
            scribble();
            long[] handed = seeds.clone();
            environment.reset(handed, result);
            require(Arrays.equals(seeds, handed), "reset changes the seeds it is given");
            // There was no step: compared as one in which nothing happened.
            Arrays.fill(result.rewards, 0f);
            Arrays.fill(result.terminated, false);
            Arrays.fill(result.truncated, false);
            for (int copy = 0; copy < copies; copy++) {
                requireWritten("observations", result.observations, copy, observationSpace.size());
            }
            requireChoices();
        }

        void step() {
            int size = actionSpace.size();
            for (int copy = 0; copy < copies; copy++) {
                System.arraycopy(actions(actionSeeds[copy]), taken * size, actions, copy * size, size);
                if (maskSize > 0) {
                    makeAllowed(actions, copy * size, result.allowed, copy * maskSize);
                }
            }
            float[] before = actions.clone();
            scribble();
            environment.step(actions, result);
            taken++;
            current = true;
            require(Arrays.equals(before, actions), "step %d changes the actions it is given", taken);
            for (int copy = 0; copy < copies; copy++) {
                requireWritten("observations", result.observations, copy, observationSpace.size());
                requireWritten("rewards", result.rewards, copy, 1);
                // Where true stood before, ended may be a flag that was not written.
                if (result.ended(copy) && !flagsBefore) {
                    requireWritten("finalObservations", result.finalObservations, copy, observationSpace.size());
                }
            }
            requireChoices();
        }

        private void requireChoices() {
            for (int copy = 0; maskSize > 0 && copy < copies; copy++) {
                require(
                        actionSpace.leavesAny(result.allowed, copy * maskSize),
                        "%s leaves copy %d nothing to do: allowed forbids every action (is it written, by reset as well as by"
                                + " step?)",
                        moment(),
                        copy);
            }
        }

        void play(int steps) {
            while (taken < steps) {
                step();
            }
        }

        void restore(byte[] snapshot, boolean[] allowed, long[] actionSeeds, int taken) {
            byte[] handed = snapshot.clone();
            try {
                environment.restore(handed);
            } catch (RuntimeException refused) {
                throw new AssertionError(
                        "a snapshot taken after " + taken + " steps can't be restored: " + refused, refused);
            }
            require(Arrays.equals(handed, snapshot), "restore changes the bytes it is given");
            // They belong to the caller, who may do with them as it likes.
            Arrays.fill(handed, (byte) 0x55);
            this.actionSeeds = actionSeeds;
            this.taken = taken;
            current = false;
            // Masks are kept beside the snapshot, as observations are.
            System.arraycopy(allowed, 0, result.allowed, 0, allowed.length);
        }

        private void scribble() {
            float unwritten = Float.intBitsToFloat(UNWRITTEN);
            Arrays.fill(result.observations, unwritten);
            Arrays.fill(result.finalObservations, unwritten);
            Arrays.fill(result.rewards, unwritten);
            Arrays.fill(result.terminated, flagsBefore);
            Arrays.fill(result.truncated, flagsBefore);
            Arrays.fill(result.allowed, flagsBefore);
        }

        private void requireWritten(String field, float[] values, int copy, int size) {
            for (int i = copy * size; i < (copy + 1) * size; i++) {
                if (Float.floatToRawIntBits(values[i]) == UNWRITTEN) {
                    throw broken(
                            "%s does not write %s[%d], copy %d of %d: every element is written every time, and none is read"
                                    + " (the arrays are the caller's)",
                            moment(), field, i, copy, copies);
                }
            }
        }

        void requireValidValues() {
            for (int copy = 0; copy < copies; copy++) {
                requireWithin("observations", observation(copy), copy);
                if (result.ended(copy)) {
                    requireWithin("finalObservations", finalObservation(copy), copy);
                }
                require(
                        Float.isFinite(result.rewards[copy]),
                        "%s gives copy %d the reward %s: rewards are finite",
                        moment(),
                        copy,
                        result.rewards[copy]);
            }
        }

        private void requireWithin(String field, float[] row, int copy) {
            for (int i = 0; i < row.length; i++) {
                float low = observationSpace.low()[i];
                float high = observationSpace.high()[i];
                if (!Float.isFinite(row[i])) {
                    throw broken(
                            "%s gives copy %d an observation that is not finite: %s holds %s in dimension %d",
                            moment(), copy, field, row[i], i);
                }
                if (row[i] < low || row[i] > high) {
                    throw broken(
                            "%s gives copy %d an observation outside the observation space: %s holds %s in dimension %d,"
                                    + " which runs from %s to %s",
                            moment(), copy, field, row[i], i, low, high);
                }
            }
        }

        void requireSame(Player other, int[] partners, String promise) {
            if (!current || !other.current) {
                return;
            }
            for (int copy = 0; copy < copies; copy++) {
                if (partners[copy] >= 0) {
                    String difference = difference(copy, other, partners[copy]);
                    require(difference == null, "%s: at %s of copy %d %s", promise, moment(), copy, difference);
                }
            }
        }

        boolean differs(Player other) {
            for (int copy = 0; copy < copies; copy++) {
                if (difference(copy, other, copy) != null) {
                    return true;
                }
            }
            return false;
        }

        /** What differs between the last step of a copy here and of one there, or null. */
        String difference(int copy, Player other, int otherCopy) {
            if (taken != other.taken) {
                throw new IllegalStateException(taken + " steps are compared with " + other.taken);
            }
            int at = Arrays.mismatch(observation(copy), other.observation(otherCopy));
            if (at >= 0) {
                return describe(
                        other, "observation[" + at + "]", observation(copy)[at], other.observation(otherCopy)[at]);
            }
            if (Float.compare(result.rewards[copy], other.result.rewards[otherCopy]) != 0) {
                return describe(other, "the reward", result.rewards[copy], other.result.rewards[otherCopy]);
            }
            if (result.terminated[copy] != other.result.terminated[otherCopy]) {
                return describe(other, "terminated", result.terminated[copy], other.result.terminated[otherCopy]);
            }
            if (result.truncated[copy] != other.result.truncated[otherCopy]) {
                return describe(other, "truncated", result.truncated[copy], other.result.truncated[otherCopy]);
            }
            for (int i = 0; i < maskSize; i++) {
                boolean here = result.allowed[copy * maskSize + i];
                boolean there = other.result.allowed[otherCopy * maskSize + i];
                if (here != there) {
                    return describe(other, "allowed[" + i + "]", here, there);
                }
            }
            if (result.ended(copy)) {
                float[] here = finalObservation(copy);
                float[] there = other.finalObservation(otherCopy);
                int atEnd = Arrays.mismatch(here, there);
                if (atEnd >= 0) {
                    return describe(other, "the final observation[" + atEnd + "]", here[atEnd], there[atEnd]);
                }
            }
            return null;
        }

        private String describe(Player other, String what, Object here, Object there) {
            return String.format(Locale.ROOT, "%s is %s %s, but %s %s", what, here, name, there, other.name);
        }

        private float[] observation(int copy) {
            return row(result.observations, copy);
        }

        private float[] finalObservation(int copy) {
            return row(result.finalObservations, copy);
        }

        private float[] row(float[] values, int copy) {
            return Arrays.copyOfRange(values, copy * observationSpace.size(), (copy + 1) * observationSpace.size());
        }

        private String moment() {
            return taken == 0 ? "reset" : "step " + taken;
        }

        @Override
        public void close() {
            environment.close();
        }
    }
}
