package io.sparring.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
    private static final Format THIS = new Format("TEST", "a test", new Versions(3, 5));
    private static final byte[] WHOLE = written(THIS, new byte[] {7, 8});

    private static byte[] written(Format format, byte[] content) {
        return format.write(out -> out.bytes(content), content.length + Integer.BYTES);
    }

    private static byte[] read(byte[] bytes) throws Unreadable {
        return THIS.read(bytes, (in, version) -> in.bytes());
    }

    /** What another build of that newest version writes. */
    private static byte[] ofVersion(int version) {
        return written(new Format("TEST", "a test", new Versions(version, version)), new byte[] {7, 8});
    }

    /** With the checksum that belongs to it. */
    private static byte[] signed(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
        return bytes;
    }

    @Property
    void whatIsWrittenIsReadAsItWas(
            @ForAll byte[] octets,
            @ForAll float[] floats,
            @ForAll double[] doubles,
            @ForAll int[] integers,
            @ForAll String text,
            @ForAll long integer64,
            @ForAll boolean flag,
            @ForAll byte expected)
            throws Unreadable {
        String utf8 = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        byte[] bytes = THIS.write(
                out -> {
                    out.bytes(octets);
                    out.floats(floats);
                    out.doubles(doubles);
                    out.integers(integers);
                    out.text(utf8);
                    out.integer64(integer64);
                    out.flag(flag);
                    out.real(1.0 / 3);
                },
                // Whatever was expected.
                expected & 0xff);
        assertThat(bytes)
                .hasSize(Format.FRAME_BYTES
                        + 5 * Integer.BYTES
                        + octets.length
                        + floats.length * Float.BYTES
                        + doubles.length * Double.BYTES
                        + integers.length * Integer.BYTES
                        + utf8.getBytes(StandardCharsets.UTF_8).length
                        + Long.BYTES
                        + 1
                        + Double.BYTES);
        THIS.read(bytes, (in, version) -> {
            assertThat(version).isEqualTo(5);
            assertThat(in.bytes()).isEqualTo(octets);
            assertThat(in.floats()).isEqualTo(floats);
            assertThat(in.doubles()).isEqualTo(doubles);
            assertThat(in.integers()).isEqualTo(integers);
            assertThat(in.text()).isEqualTo(utf8);
            assertThat(in.integer64()).isEqualTo(integer64);
            assertThat(in.flag()).isEqualTo(flag);
            assertThat(in.real()).isEqualTo(1.0 / 3);
            return null;
        });
    }

    @Test
    void theLayoutIsBigEndianAsItIsDocumented() {
        assertThat(Arrays.copyOf(WHOLE, WHOLE.length - 4))
                .containsExactly('T', 'E', 'S', 'T', 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 2, 7, 8);
    }

    @Test
    void everyVersionFromTheOldestToTheNewestIsRead() throws Unreadable {
        for (int version = 3; version <= 5; version++) {
            assertThat(read(ofVersion(version))).containsExactly(7, 8);
        }
    }

    @Test
    void tooOldTooNewAndDamagedAreTold() {
        assertThatThrownBy(() -> read(ofVersion(2)))
                .isInstanceOf(Unreadable.TooOld.class)
                .hasMessage(
                        "its format is version 2, and this build reads versions 3 to 5: an older build has to read it");
        assertThatThrownBy(() -> read(ofVersion(6)))
                .isInstanceOf(Unreadable.TooNew.class)
                .hasMessage("its format is version 6, and this build reads versions 3 to 5: a newer build wrote it");
        assertThatThrownBy(() -> read(new byte[0]))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage("it does not begin as a test does");
    }

    /** Nobody knows what a later version looks like behind its number. */
    @Test
    void whatIsTooNewIsSoWhateverFollows() {
        byte[] later = ByteBuffer.allocate(9).put("TEST".getBytes()).putInt(6).array();
        assertThatThrownBy(() -> read(later)).isInstanceOf(Unreadable.TooNew.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aVersionThatNeverWasIsDamage(int version) {
        byte[] bytes = WHOLE.clone();
        ByteBuffer.wrap(bytes).putInt(4, version);
        assertThatThrownBy(() -> read(signed(bytes)))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage("there is no format of version " + version);
    }

    @Test
    void everyBitThatIsFlippedAndEveryTruncationIsNoticed() {
        for (int bit = 0; bit < 8 * WHOLE.length; bit++) {
            byte[] altered = WHOLE.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> read(altered)).isInstanceOf(Unreadable.class);
        }
        for (int length = 0; length < WHOLE.length; length++) {
            byte[] cut = Arrays.copyOf(WHOLE, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(Unreadable.Damaged.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(WHOLE, WHOLE.length + 1))).isInstanceOf(Unreadable.Damaged.class);
    }

    /** Whoever can write bytes can sign them. */
    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 3, 1 << 20, Integer.MAX_VALUE})
    void aForgedLengthIsRefusedWithoutMakingRoomForIt(int length) {
        byte[] bytes = WHOLE.clone();
        ByteBuffer.wrap(bytes).putInt(12, length);
        assertThatThrownBy(() -> read(signed(bytes)))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage("an array of " + length + " elements does not fit into it");
    }

    @Test
    void contentThatGoesOnAfterItsEndIsRefused() {
        byte[] longer = THIS.write(
                out -> {
                    out.bytes(new byte[] {7, 8});
                    out.flag(true);
                },
                0);
        assertThatThrownBy(() -> read(longer))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage("it goes on after its end");
    }
}
