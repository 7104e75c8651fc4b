package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.Space;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Trunk;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final float[] SEEN = {1};

    /** No hidden layer, one observation: the logits are the parameters. */
    private static Policy policy(Space space, float... logits) {
        Architecture architecture =
                new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, logits.length, 0);
        float[] parameters = new float[architecture.parameterCount()];
        System.arraycopy(logits, 0, parameters, 0, logits.length);
        return new Policy(new Model(architecture, parameters), space);
    }

    @Test
    void theLikeliestElementOfEachSpaceIsTaken() {
        assertThat(policy(new Space.Discrete(3), 1, 3, 2).act(SEEN)).containsExactly(1);
        assertThat(policy(Space.MultiDiscrete.of(3, 2), 1, 3, 2, 0, -1).act(SEEN))
                .containsExactly(1, 0);
        assertThat(policy(new Space.MultiBinary(3), 1, -3, 2).act(SEEN)).containsExactly(1, 0, 1);
    }

    /** A unit that counts what it is shown. */
    @Test
    void whatWasShownIsRememberedUntilTheEpisodeEnds() {
        Architecture architecture = new Architecture(
                Architecture.Kind.SHARED,
                Trunk.dense(1, List.of(), Activation.TANH),
                new Memory(Memory.Kind.GRU, 1),
                2,
                0);
        float[] parameters = new float[architecture.parameterCount()];
        parameters[2] = 1; // n from what is seen
        int biases = 6;
        parameters[biases + 1] = 2; // z: most of h stays
        int policy = 12;
        parameters[policy] = 1; // the first action's logit is h
        parameters[policy + 3] = 0.2f; // the second one's 0.2
        Policy remembering = new Policy(new Model(architecture, parameters), new Space.Discrete(2));

        for (int episode = 0; episode < 2; episode++) {
            assertThat(remembering.act(SEEN)).containsExactly(1);
            remembering.act(SEEN);
            assertThat(remembering.act(SEEN)).containsExactly(0);
            remembering.reset();
        }
    }

    @Test
    void theLikeliestThatIsAllowedIsTaken() {
        boolean[] allowed = {true, false, true};
        assertThat(policy(new Space.Discrete(3), 1, 3, 2).act(SEEN, allowed)).containsExactly(2);
        assertThat(policy(Space.MultiDiscrete.of(2, 1), 1, 3, 2).act(SEEN, allowed))
                .containsExactly(0, 0);
        assertThat(policy(new Space.MultiBinary(3), 1, 3, 2).act(SEEN, allowed)).containsExactly(1, 0, 1);
    }

    @Test
    void aDecisionTellsWhatTheActionWasChosenBy() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, 2, 0);
        Model model = new Model(architecture, new float[] {1, 3, 0, 0.5f, 7, 0.25f});

        Policy.Decision decision = new Policy(model, new Space.Discrete(2)).decide(SEEN, new boolean[] {true, false});

        assertThat(decision.action()).containsExactly(0);
        assertThat(decision.description()).containsExactly(1, 0);
        assertThat(decision.value()).isEqualTo(7.25f);
    }

    @Test
    void aMaskOfAnotherSizeOrWithoutAnyActionIsRefused() {
        Policy policy = policy(new Space.Discrete(3), 1, 3, 2);

        assertThatThrownBy(() -> policy.act(SEEN, new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a mask of 2 flags, not 3");
        assertThatThrownBy(() -> policy.act(SEEN, new boolean[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mask forbids every action");
        assertThatThrownBy(() -> policy.act(new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an observation of 2 floats, not 1");
    }
}
