package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelTest {
    /** Of 2 × 1 + 1, 1 × 2 + 2 and 1 + 1 parameters in its layers, and a free one. */
    private static final Architecture ARCHITECTURE =
            new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.RELU, 2, 2, 1);

    private static final Model MODEL = new Model(ARCHITECTURE, new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 0.5f});

    @Test
    void parametersOfAnotherNumberAreRefused() {
        for (int count : new int[] {9, 11}) {
            assertThatThrownBy(() -> new Model(ARCHITECTURE, new float[count]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(count + " parameters for a network of 10");
            assertThatThrownBy(() -> MODEL.with(new float[count])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theFreeParametersAreTheLast() {
        assertThat(MODEL.freeParameters()).containsExactly(0.5);
    }

    @Test
    void otherParametersLeaveTheArchitecture() {
        float[] others = new float[10];

        assertThat(MODEL.with(others).architecture()).isEqualTo(ARCHITECTURE);
        assertThat(MODEL.with(others).parameters()).isSameAs(others);
    }

    /** As Spark sends it. */
    @Test
    void itTravels() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(MODEL);
        }
        Model arrived;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            arrived = (Model) in.readObject();
        }

        arrived.requireOf(ARCHITECTURE);
        assertThat(arrived.parameters()).isEqualTo(MODEL.parameters());
    }
}
