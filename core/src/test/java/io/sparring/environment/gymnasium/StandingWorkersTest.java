package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StandingWorkersTest {
    private static final int USERS = 2;

    private final StandingWorkers standing = new StandingWorkers();
    private final List<PythonWorker> started = new ArrayList<>();

    @AfterEach
    void close() {
        started.forEach(PythonWorker::close);
    }

    /** Parks a process, which for this need not be Python's. */
    private void park(int shard, int round) {
        PythonWorker worker = PythonWorker.start("true");
        started.add(worker);
        standing.park(snapshot(shard, round), worker);
    }

    private static byte[] snapshot(int shard, int round) {
        return new byte[] {(byte) shard, (byte) round};
    }

    /** As an environment does that comes to a shard, steps it and leaves it. */
    private boolean compute(int shard, int round) {
        PythonWorker found = standing.take(snapshot(shard, round - 1));
        if (found != null) {
            standing.park(snapshot(shard, round - 1), found);
            standing.take(snapshot(shard, round - 1));
        }
        park(shard, round);
        return found != null;
    }

    @Test
    void aShardFindsItsProcessInWhateverOrderTheyComeAround() {
        for (int user = 0; user < USERS; user++) {
            standing.enter();
        }
        int shards = 6;
        for (int shard = 0; shard < shards; shard++) {
            park(shard, 0);
        }
        for (int round = 1; round <= 6; round++) {
            for (int i = 0; i < shards; i++) {
                int shard = round % 2 == 0 ? i : shards - 1 - i;
                assertThat(compute(shard, round))
                        .as("shard %d, round %d", shard, round)
                        .isTrue();
            }
        }
    }

    /** However many they are. */
    @Test
    void processesOfShardsThatHaveMovedAwayAreLetGoWithinAFewRounds() {
        for (int user = 0; user < USERS; user++) {
            standing.enter();
        }
        int stay = 2;
        int move = 12;
        for (int shard = 0; shard < stay + move; shard++) {
            park(shard, 0);
        }
        for (int round = 1; round <= 5; round++) {
            for (int shard = 0; shard < stay; shard++) {
                assertThat(compute(shard, round))
                        .as("shard %d, round %d", shard, round)
                        .isTrue();
            }
        }
        for (int shard = stay; shard < stay + move; shard++) {
            assertThat(standing.take(snapshot(shard, 0))).as("shard %d", shard).isNull();
        }
    }
}
