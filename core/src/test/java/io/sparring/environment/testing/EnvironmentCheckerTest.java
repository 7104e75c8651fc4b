package io.sparring.environment.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EnvironmentCheckerTest {
    private static final float[] SHARED_BY_ALL_INSTANCES = new float[5];

    @ParameterizedTest
    @MethodSource("io.sparring.environment.Environments#ids")
    void everyRegisteredEnvironmentKeepsItsPromises(String id) {
        IntFunction<Environment> factory = copies -> Environments.create(id, copies);
        assertThatCode(() -> {
                    if (id.equals("DeepSea-v0")) {
                        EnvironmentChecker.checkWithoutChance(factory);
                    } else {
                        EnvironmentChecker.check(factory);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void anEnvironmentThatDrawsIsNotTakenForOneThatDrawsNothing() {
        assertThatThrownBy(() -> EnvironmentChecker.checkWithoutChance(Walk::new))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("an environment that draws nothing is the same for every seed");
    }

    @Test
    void anEnvironmentWithoutChanceIsAskedForTheSamePromisesAsAnyOther() {
        assertThatThrownBy(() -> EnvironmentChecker.checkWithoutChance(copies -> new Walk(copies) {
                    @Override
                    public int copies() {
                        return 2;
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("copies() is 2 where 1 were asked for");
    }

    @Test
    void anEnvironmentThatKeepsEveryPromisePasses() {
        assertThatCode(() -> EnvironmentChecker.check(Walk::new)).doesNotThrowAnyException();
    }

    /** Episodes of one step, of which some begin with the observation that the one before ended with. */
    @Test
    void anEnvironmentOfOneStepEpisodesPasses() {
        assertThatCode(() -> EnvironmentChecker.check(copies -> new Walk(copies) {
                    @Override
                    public Space.Box observationSpace() {
                        return Space.Box.of(2, 0f, 1f);
                    }

                    @Override
                    public void step(float[] actions, Step result) {
                        Arrays.fill(steps, LIMIT - 1);
                        super.step(actions, result);
                    }

                    @Override
                    void observe(int copy, float[] observations) {
                        observations[2 * copy] = positions[copy] < 0 ? 0f : 1f;
                        observations[2 * copy + 1] = 0f;
                    }
                }))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenEnvironments")
    void aBrokenPromiseIsNamed(IntFunction<Environment> broken, String message) {
        assertThatThrownBy(() -> EnvironmentChecker.check(broken))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> brokenEnvironments() {
        return Stream.of(
                broken(
                        "has another number of copies",
                        "copies() is 2 where 1 were asked for",
                        copies -> new Walk(copies) {
                            @Override
                            public int copies() {
                                return 2;
                            }
                        }),
                broken(
                        "has an observation space without a finite number",
                        "dimension 1 of the observation space runs from Infinity to Infinity",
                        copies -> new Walk(copies) {
                            @Override
                            public Space.Box observationSpace() {
                                float[] bounds = {1f, Float.POSITIVE_INFINITY};
                                return new Space.Box(new float[] {-1f, bounds[1]}, bounds);
                            }
                        }),
                broken(
                        "has more actions where there are more copies",
                        "actionSpace() is Discrete[n=3] at one time and Discrete[n=5] at another",
                        copies -> new Walk(copies) {
                            @Override
                            public Space actionSpace() {
                                return new Space.Discrete(copies + 2);
                            }
                        }),
                broken(
                        "observes outside its space",
                        "outside the observation space: observations holds 1.0 in dimension 1, which runs from 0.0 to 0.5",
                        copies -> new Walk(copies) {
                            @Override
                            public Space.Box observationSpace() {
                                return new Space.Box(new float[] {-1f, 0f}, new float[] {1f, 0.5f});
                            }
                        }),
                broken(
                        "ends its episodes outside its space",
                        "outside the observation space: finalObservations holds 7.0 in dimension 0",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                super.step(actions, result);
                                result.finalObservations[2] = 7f;
                            }
                        }),
                broken(
                        "divides zero by zero",
                        "not finite: observations holds NaN in dimension 0",
                        copies -> new Walk(copies) {
                            @Override
                            void observe(int copy, float[] observations) {
                                super.observe(copy, observations);
                                observations[2 * copy] *= steps[copy] == 3 ? 0f / 0f : 1f;
                            }
                        }),
                broken("rewards infinitely", "gives copy 1 the reward -Infinity", copies -> new Walk(copies) {
                    @Override
                    public void step(float[] actions, Step result) {
                        super.step(actions, result);
                        if (copies > 1 && steps[1] == 5) {
                            result.rewards[1] = (float) Math.log(0);
                        }
                    }
                }),
                broken(
                        "writes no reward where there is none",
                        "does not write rewards[0], copy 0 of 3",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                float[] before = result.rewards.clone();
                                super.step(actions, result);
                                for (int copy = 0; copy < copies; copy++) {
                                    if (!result.ended(copy)) {
                                        result.rewards[copy] = before[copy];
                                    }
                                }
                            }
                        }),
                broken(
                        "leaves an old flag standing",
                        "every step writes terminated and truncated, false as well as true: at step 1 of copy 0 truncated is"
                                + " false where the array held false before, but true where it held true",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                boolean[] before = result.truncated.clone();
                                super.step(actions, result);
                                for (int copy = 0; copy < copies; copy++) {
                                    result.truncated[copy] |= before[copy];
                                }
                            }
                        }),
                broken(
                        "keeps no final observation of a truncated episode",
                        "does not write finalObservations[",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                float[] before = result.finalObservations.clone();
                                super.step(actions, result);
                                for (int copy = 0; copy < copies; copy++) {
                                    if (!result.terminated[copy]) {
                                        System.arraycopy(before, 2 * copy, result.finalObservations, 2 * copy, 2);
                                    }
                                }
                            }
                        }),
                broken(
                        "keeps its state in the caller's array",
                        "does not write observations[0], copy 0 of 3: every element is written every time, and none is read",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                for (int copy = 0; copy < copies; copy++) {
                                    positions[copy] = result.observations[2 * copy];
                                }
                                super.step(actions, result);
                            }
                        }),
                broken("clips its actions in place", "changes the actions it is given", copies -> new Walk(copies) {
                    @Override
                    public void step(float[] actions, Step result) {
                        actions[0] = Math.min(actions[0], 1f);
                        super.step(actions, result);
                    }
                }),
                broken("sorts its seeds in place", "reset changes the seeds it is given", copies -> new Walk(copies) {
                    @Override
                    public void reset(long[] seeds, float[] observations) {
                        seeds[0]++;
                        super.reset(seeds, observations);
                    }
                }),
                broken(
                        "waits for someone else to reset it",
                        "is not reset when its episode ends",
                        copies -> new Walk(copies) {
                            private boolean stepping;

                            @Override
                            public void step(float[] actions, Step result) {
                                stepping = true;
                                super.step(actions, result);
                                stepping = false;
                            }

                            @Override
                            void startEpisode(int copy) {
                                if (!stepping) {
                                    super.startEpisode(copy);
                                }
                            }
                        }),
                broken(
                        "forgets to set the step counter back",
                        "is not reset when its episode ends",
                        copies -> new Walk(copies) {
                            @Override
                            public Space.Box observationSpace() {
                                return Space.Box.of(2, -1f, Float.POSITIVE_INFINITY);
                            }

                            @Override
                            void startEpisode(int copy) {
                                int before = steps[copy];
                                super.startEpisode(copy);
                                steps[copy] = before;
                            }
                        }),
                broken(
                        "shows the old episode's last observation as the new one's first",
                        "had the same observation in observations and in finalObservations",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                super.step(actions, result);
                                for (int copy = 0; copy < copies; copy++) {
                                    if (result.ended(copy)) {
                                        System.arraycopy(
                                                result.finalObservations, 2 * copy, result.observations, 2 * copy, 2);
                                    }
                                }
                            }
                        }),
                broken(
                        "keeps the new episode's first observation as the old one's last",
                        "had the same observation in observations and in finalObservations",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                super.step(actions, result);
                                System.arraycopy(result.observations, 0, result.finalObservations, 0, 2 * copies);
                            }
                        }),
                broken(
                        "counts its instances",
                        "equal seeds and equal actions give equal trajectories",
                        countingItsInstances()),
                broken(
                        "shares its state among instances",
                        "equal seeds and equal actions give equal trajectories",
                        copies -> new Walk(copies, SHARED_BY_ALL_INSTANCES)),
                broken(
                        "ignores its seeds",
                        "seeds [11, 12, 13] and [21, 22, 23] gave the same",
                        copies -> new Walk(copies) {
                            @Override
                            public void reset(long[] seeds, float[] observations) {
                                super.reset(new long[seeds.length], observations);
                            }
                        }),
                broken(
                        "uses its first seed for all copies",
                        "a copy depends on its own seed and its own actions alone",
                        copies -> new Walk(copies) {
                            @Override
                            public void reset(long[] seeds, float[] observations) {
                                long[] first = new long[seeds.length];
                                Arrays.fill(first, seeds[0]);
                                super.reset(first, observations);
                            }
                        }),
                broken(
                        "ends all episodes together",
                        "a copy depends on its own seed and its own actions alone",
                        copies -> new Walk(copies) {
                            @Override
                            public void step(float[] actions, Step result) {
                                Arrays.fill(steps, Arrays.stream(steps).max().orElseThrow());
                                super.step(actions, result);
                            }
                        }),
                broken("pushes its neighbour", "at step 1 of copy 0 observation[0] is", copies -> new Walk(copies) {
                    @Override
                    public void step(float[] actions, Step result) {
                        positions[0] += 0.01f * actions[copies - 1];
                        super.step(actions, result);
                    }
                }),
                broken(
                        "numbers its copies",
                        "as one of three copies, but 0.0 at another index among five",
                        copies -> new Walk(copies) {
                            @Override
                            void observe(int copy, float[] observations) {
                                super.observe(copy, observations);
                                observations[2 * copy + 1] = copy < 3 ? steps[copy] : 0f;
                            }
                        }),
                broken(
                        "keeps a counter when it is reset",
                        "reset forgets all that was before",
                        copies -> new Walk(copies) {
                            @Override
                            public void reset(long[] seeds, float[] observations) {
                                int[] before = steps.clone();
                                super.reset(seeds, observations);
                                System.arraycopy(before, 0, steps, 0, copies);
                            }
                        }),
                broken(
                        "draws while it is being saved",
                        "taking a snapshot changes nothing",
                        copies -> new Walk(copies) {
                            @Override
                            public byte[] snapshot() {
                                generators.get(0).nextInt();
                                return super.snapshot();
                            }
                        }),
                broken(
                        "saves no step counter",
                        "an environment restored from a snapshot goes on as the original did",
                        copies -> new Walk(copies) {
                            @Override
                            public byte[] snapshot() {
                                byte[] snapshot = super.snapshot();
                                for (int copy = 0; copy < copies; copy++) {
                                    ByteBuffer.wrap(snapshot).putInt(8 * copy + 4, 0);
                                }
                                return snapshot;
                            }
                        }),
                broken(
                        "saves no generators",
                        "an environment restored from a snapshot goes on as the original did",
                        copies -> new Walk(copies) {
                            @Override
                            public void restore(byte[] snapshot) {
                                Generators before = generators == null ? Generators.of(new long[copies]) : generators;
                                super.restore(snapshot);
                                generators = before;
                            }
                        }),
                broken("can be restored only after a reset", "can't be restored: ", copies -> new Walk(copies) {
                    @Override
                    public void restore(byte[] snapshot) {
                        generators.get(0).nextInt();
                        super.restore(snapshot);
                    }
                }),
                broken("hands out its own buffer", "snapshot() must return a copy", copies -> new Walk(copies) {
                    private byte[] buffer;

                    @Override
                    public byte[] snapshot() {
                        buffer = super.snapshot();
                        return buffer;
                    }

                    @Override
                    public void step(float[] actions, Step result) {
                        super.step(actions, result);
                        if (buffer != null) {
                            buffer[0]++;
                        }
                    }
                }),
                broken(
                        "keeps the caller's bytes",
                        "an environment restored from a snapshot goes on as the original did",
                        copies -> new Walk(copies) {
                            private byte[] buffer;

                            @Override
                            public void restore(byte[] snapshot) {
                                super.restore(snapshot);
                                buffer = snapshot;
                            }

                            @Override
                            public void step(float[] actions, Step result) {
                                if (buffer != null) {
                                    positions[0] = ByteBuffer.wrap(buffer).getFloat();
                                    buffer = null;
                                }
                                super.step(actions, result);
                            }
                        }),
                broken(
                        "runs out of bytes",
                        "restore answers an empty array with java.nio.BufferUnderflowException",
                        Unmeasured::new),
                broken(
                        "takes the snapshot of more copies",
                        "restore of 3 copies takes a snapshot of 4 copies",
                        copies -> new Walk(copies) {
                            @Override
                            public void restore(byte[] snapshot) {
                                int own = snapshot().length;
                                super.restore(snapshot.length > own + 1 ? Arrays.copyOf(snapshot, own) : snapshot);
                            }

                            @Override
                            public byte[] snapshot() {
                                if (generators == null) {
                                    generators = Generators.of(new long[copies]);
                                }
                                return super.snapshot();
                            }
                        }),
                broken(
                        "masks what has no actions to mask",
                        "masks() is true, and Box(0.0, 1.0, [1], float32) has no actions to mask",
                        copies -> new Masked(copies) {
                            @Override
                            public Space actionSpace() {
                                return Space.Box.of(1, 0f, 1f);
                            }
                        }),
                broken(
                        "masks at times",
                        "masks() is true at one time and false at another",
                        copies -> new Masked(copies) {
                            @Override
                            public boolean masks() {
                                return copies == 1;
                            }
                        }),
                broken(
                        "writes no mask at a reset",
                        "reset leaves copy 0 nothing to do: allowed forbids every action",
                        copies -> new Masked(copies) {
                            @Override
                            public void reset(long[] seeds, Step first) {
                                reset(seeds, first.observations);
                            }
                        }),
                broken("forbids everything", "step 3 leaves copy 0 nothing to do", copies -> new Masked(copies) {
                    @Override
                    public void step(float[] actions, Step result) {
                        super.step(actions, result);
                        if (steps[0] == 3) {
                            Arrays.fill(result.allowed, 0, 3, false);
                        }
                    }
                }),
                broken(
                        "writes no false into its masks",
                        "false as well as true: at step 1 of copy 0 allowed[0] is false where the array held false before,"
                                + " but true where it held true",
                        copies -> new Masked(copies) {
                            @Override
                            void mask(int copy, boolean[] allowed) {
                                allowed[3 * copy + 1] = true;
                            }
                        }),
                broken(
                        "saves no masks",
                        "an environment restored from a snapshot goes on as the original did",
                        copies -> new Masked(copies) {
                            private int taken;

                            @Override
                            public void reset(long[] seeds, Step first) {
                                taken = 0;
                                super.reset(seeds, first);
                            }

                            @Override
                            public void step(float[] actions, Step result) {
                                taken++;
                                super.step(actions, result);
                            }

                            @Override
                            void mask(int copy, boolean[] allowed) {
                                super.mask(copy, allowed);
                                allowed[3 * copy] = taken % 2 == 0;
                            }
                        }));
    }

    /** A walk that may not go on as it stands: one action of three is forbidden, another one at each step. */
    private static class Masked extends Walk {
        Masked(int copies) {
            super(copies);
        }

        @Override
        public boolean masks() {
            return true;
        }

        @Override
        public void reset(long[] seeds, Step first) {
            reset(seeds, first.observations);
            mask(first);
        }

        @Override
        public void step(float[] actions, Step result) {
            super.step(actions, result);
            mask(result);
        }

        private void mask(Step result) {
            for (int copy = 0; copy < copies(); copy++) {
                mask(copy, result.allowed);
            }
        }

        void mask(int copy, boolean[] allowed) {
            for (int action = 0; action < 3; action++) {
                allowed[3 * copy + action] = action != steps[copy] % 3;
            }
        }
    }

    @Test
    void anEnvironmentThatMasksIsPlayedByItsMasks() {
        assertThatCode(() -> EnvironmentChecker.check(copies -> new Masked(copies) {
                    @Override
                    public void step(float[] actions, Step result) {
                        for (int copy = 0; copy < copies; copy++) {
                            if (actions[copy] == steps[copy] % 3) {
                                throw new IllegalArgumentException("a forbidden action");
                            }
                        }
                        super.step(actions, result);
                    }
                }))
                .doesNotThrowAnyException();
    }

    private static Arguments broken(String name, String message, IntFunction<Environment> factory) {
        return arguments(Named.of("one that " + name, factory), message);
    }

    private static IntFunction<Environment> countingItsInstances() {
        AtomicInteger instances = new AtomicInteger();
        return copies -> new Walk(copies) {
            private final int instance = instances.incrementAndGet();

            @Override
            void startEpisode(int copy) {
                super.startEpisode(copy);
                positions[copy] += 1e-3f * (instance % 7);
            }
        };
    }

    /** Reads a snapshot without a look at its length. */
    private static final class Unmeasured extends Walk {
        Unmeasured(int copies) {
            super(copies);
        }

        @Override
        public void restore(byte[] snapshot) {
            ByteBuffer bytes = ByteBuffer.wrap(snapshot);
            for (int copy = 0; copy < copies(); copy++) {
                positions[copy] = bytes.getFloat();
                steps[copy] = bytes.getInt();
            }
            generators = Generators.read(bytes, copies());
        }
    }
}
