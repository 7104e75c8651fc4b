package io.sparring.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
    @Property
    void everyCopyHasTheStreamOfItsOwnSeed(@ForAll @Size(min = 1, max = 5) long[] seeds) {
        Generators generators = Generators.of(seeds);
        for (int copy = 0; copy < seeds.length; copy++) {
            assertThat(generators.get(copy).nextLong())
                    .isEqualTo(Streams.of(seeds[copy]).nextLong());
        }
    }

    @Test
    void whatOneCopyDrawsLeavesTheOthersAlone() {
        Generators generators = Generators.of(new long[] {1, 1});
        generators.get(0).nextLong();
        generators.get(0).nextLong();

        assertThat(generators.get(1).nextLong()).isEqualTo(Streams.of(1).nextLong());
    }

    @Property
    void readGeneratorsGoOnWhereTheWrittenOnesWere(@ForAll @Size(min = 1, max = 5) long[] seeds) {
        Generators written = Generators.of(seeds);
        for (int copy = 0; copy < seeds.length; copy++) {
            for (int drawn = 0; drawn <= copy; drawn++) {
                written.get(copy).nextInt();
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(Generators.bytes(seeds.length));
        written.write(bytes);
        assertThat(bytes.hasRemaining()).as("room that was not needed").isFalse();
        bytes.flip();

        Generators read = Generators.read(bytes, seeds.length);

        assertThat(bytes.hasRemaining()).as("bytes that were not read").isFalse();
        for (int copy = 0; copy < seeds.length; copy++) {
            for (int i = 0; i < 5; i++) {
                assertThat(read.get(copy).nextInt()).isEqualTo(written.get(copy).nextInt());
            }
        }
    }

    @Test
    void whatFollowsInTheBufferIsLeftThere() {
        ByteBuffer bytes = ByteBuffer.allocate(Generators.bytes(2) + Integer.BYTES);
        Generators.of(new long[] {3, 4}).write(bytes);
        bytes.putInt(42).flip();

        Generators.read(bytes, 2);

        assertThat(bytes.getInt()).isEqualTo(42);
    }

    @Test
    void generatorsAreNotReadFromTooFewBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Generators.bytes(2) - 1);

        assertThatThrownBy(() -> Generators.read(bytes, 2)).isInstanceOf(BufferUnderflowException.class);
    }
}
