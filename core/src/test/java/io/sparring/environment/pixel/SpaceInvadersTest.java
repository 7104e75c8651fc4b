package io.sparring.environment.pixel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.environment.Step;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that no recorded episode happens to need. */
class SpaceInvadersTest {
    private final PixelGame game = new SpaceInvaders(1, 0, true);
    private final Step step = Step.of(game);
    private ByteBuffer state;

    @BeforeEach
    void noAliensYet() {
        game.reset(new long[] {1}, step);
        state = ByteBuffer.wrap(game.snapshot());
        for (int row = 0; row < PixelGame.SIDE; row++) {
            set(SpaceInvaders.ALIENS + row, 0);
        }
        set(SpaceInvaders.CANNON, 5);
    }

    private void set(int what, int value) {
        state.putInt(what * Integer.BYTES, value);
    }

    private void play(int action) {
        game.restore(state.array());
        game.step(new float[] {action}, step);
    }

    private boolean sees(float[] observations, int row, int column, int kind) {
        return observations[(row * PixelGame.SIDE + column) * 6 + kind] == 1;
    }

    @Test
    void ofTwoAliensThatAreEquallyNearTheLeftOneShoots() {
        set(SpaceInvaders.ALIENS + 3, 1 << 4 | 1 << 6);
        set(SpaceInvaders.UNTIL_SHOT, 0);

        play(PixelGame.NOTHING);

        assertThat(sees(step.observations, 3, 4, 5)).isTrue();
        assertThat(sees(step.observations, 3, 6, 5)).isFalse();
    }

    @Test
    void runningIntoAnAlienEndsTheEpisode() {
        set(SpaceInvaders.ALIENS + 9, 1 << 4);

        play(PixelGame.LEFT);

        assertThat(step.terminated[0]).isTrue();
        assertThat(sees(step.finalObservations, 9, 4, 0)).isTrue();
        assertThat(sees(step.finalObservations, 9, 4, 1)).isTrue();
    }

    @Test
    void aFormationThatGoesDownFromTheLastRowEndsTheEpisodeAndIsSeenAtTheTop() {
        set(SpaceInvaders.ALIENS + 9, 1);
        set(SpaceInvaders.UNTIL_MOVE, 0);

        play(PixelGame.NOTHING);

        assertThat(step.terminated[0]).isTrue();
        assertThat(sees(step.finalObservations, 0, 0, 1)).isTrue();
    }
}
