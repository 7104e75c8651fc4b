package io.sparring.rollout;

import io.sparring.network.Network;
import io.sparring.network.Past;
import java.util.Arrays;

/** What a network remembers of B copies' running episodes, from step to step; of one without memory, nothing. */
final class Recollection {
    private final int size;
    private final float[] states;

    /** That of episodes that begin. */
    Recollection(int size, int copies) {
        this(size, new float[copies * size]);
    }

    /** @param states B × size, which it writes over */
    Recollection(int size, float[] states) {
        this.size = size;
        this.states = states;
    }

    /** Of these copies, before their next step. */
    Past of(int from, int to) {
        return size == 0 ? Past.NONE : Past.before(Arrays.copyOfRange(states, from * size, to * size), to - from);
    }

    /** Takes up what the network remembers after a step of copies from this one on. */
    void keep(Network network, int from) {
        network.remember(states, from * size);
    }

    /** Of this copy, nothing any more: an episode begins. */
    void forget(int copy) {
        Arrays.fill(states, copy * size, (copy + 1) * size, 0);
    }

    /** Of all copies, B × size; a copy. */
    float[] states() {
        return states.clone();
    }
}
