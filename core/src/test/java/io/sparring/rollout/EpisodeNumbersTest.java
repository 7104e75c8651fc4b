package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.network.Observations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class EpisodeNumbersTest {
    private static final int ROLLOUTS = 40;

    /** Its copies' episodes, some of which end. */
    private static Trajectory rollout(int shard, int[] lengths, int steps, Random random) {
        int samples = steps * lengths.length;
        boolean[] terminated = new boolean[samples];
        boolean[] truncated = new boolean[samples];
        for (int i = 0; i < samples; i++) {
            terminated[i] = random.nextInt(6) == 0;
            truncated[i] = random.nextInt(12) == 0;
        }
        return new Trajectory(
                shard,
                lengths.clone(),
                new Observations.Floats(new float[samples]),
                new float[samples],
                new boolean[0],
                new float[samples],
                terminated,
                truncated,
                new double[samples],
                new double[samples]);
    }

    /** How long the copies' episodes are after it. */
    private static int[] after(Trajectory trajectory) {
        int[] lengths = trajectory.lengths().clone();
        for (int i = 0; i < trajectory.rewards().length; i++) {
            lengths[i % lengths.length] = trajectory.ended(i) ? 0 : lengths[i % lengths.length] + 1;
        }
        return lengths;
    }

    private static void log(Trajectory trajectory, EpisodeNumbers numbers, Map<Long, List<Integer>> episodes) {
        trajectory.forEach(
                numbers,
                step -> episodes.computeIfAbsent(step.episode(), none -> new ArrayList<>())
                        .add(step.t()));
    }

    private static void assertWhole(Map<Long, List<Integer>> episodes, int steps) {
        assertThat(episodes.values().stream().mapToInt(List::size).sum()).isEqualTo(steps);
        episodes.forEach((episode, ts) -> {
            for (int i = 1; i < ts.size(); i++) {
                assertThat(ts.get(i)).as("episode " + episode).isEqualTo(ts.get(i - 1) + 1);
            }
        });
    }

    @Property(tries = 200)
    void noTwoEpisodesOfWorkersThatWaitForNobodyHaveOneNumber(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int workers,
            @ForAll @IntRange(min = 1, max = 3) int copies,
            @ForAll @IntRange(min = 1, max = 5) int steps) {
        Random random = new Random(seed);
        int[][] lengths = new int[workers][copies];
        int[][] snapshots = new int[workers][copies];
        long[][] playing = new long[workers][];
        Map<Long, List<Integer>> episodes = new HashMap<>();
        long before = 0;
        int lives = 0;
        for (int i = 0; i < ROLLOUTS; i++) {
            int worker = random.nextInt(workers);
            if (random.nextInt(5) == 0) {
                // Another life begins where the last snapshot was.
                lengths[worker] = snapshots[worker].clone();
                playing[worker] = null;
                lives++;
            }
            if (random.nextInt(3) == 0) {
                snapshots[worker] = lengths[worker].clone();
            }
            Trajectory trajectory = rollout(worker, lengths[worker], steps, random);
            EpisodeNumbers numbers = EpisodeNumbers.inOrder(trajectory, before, playing[worker]);
            log(trajectory, numbers, episodes);
            playing[worker] = numbers.after(trajectory);
            lengths[worker] = after(trajectory);
            before += (long) steps * copies;
        }

        assertWhole(episodes, ROLLOUTS * steps * copies);
        long begun = episodes.values().stream().filter(ts -> ts.get(0) == 0).count();
        assertThat(episodes.size() - begun).isLessThanOrEqualTo((long) lives * copies);
    }

    @Property(tries = 200)
    void inRoundsAnEpisodeKeepsItsNumberWithoutAnybodyWhoRemembersIt(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int shards,
            @ForAll @IntRange(min = 1, max = 3) int copies,
            @ForAll @IntRange(min = 1, max = 5) int steps) {
        Random random = new Random(seed);
        int[][] lengths = new int[shards][copies];
        Map<Long, List<Integer>> episodes = new HashMap<>();
        for (int round = 0; round < ROLLOUTS; round++) {
            for (int shard = 0; shard < shards; shard++) {
                Trajectory trajectory = rollout(shard, lengths[shard], steps, random);
                log(trajectory, EpisodeNumbers.inRounds(trajectory, (long) round * steps, shards), episodes);
                lengths[shard] = after(trajectory);
            }
        }

        assertWhole(episodes, ROLLOUTS * shards * steps * copies);
        assertThat(episodes.values()).allSatisfy(ts -> assertThat(ts.get(0)).isZero());
    }
}
