package io.sparring.aeron;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 behind the bytes of a frame, for one direction of one session: a frame that came this way cannot be sent back the
 * other way, nor into another run. Used by one thread.
 */
final class Seal {
    static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;
    private final byte[] expected = new byte[BYTES];

    /** Who made it. */
    enum Sender {
        WORKER,
        SERVER
    }

    Seal(byte[] secret, byte[] session, Sender sender) {
        Mac derivation = keyed(secret);
        derivation.update(("sparring parameter server, frames of the " + sender).getBytes(StandardCharsets.UTF_8));
        derivation.update(session);
        mac = keyed(derivation.doFinal());
    }

    private static Mac keyed(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Puts the seal of the first {@code length} bytes behind them. */
    void close(byte[] frame, int length) {
        mac.update(frame, 0, length);
        writeTo(frame, length);
    }

    /** Whether the last {@link #BYTES} of the {@code length} bytes are the seal of those before; takes the same time either way. */
    boolean holds(byte[] frame, int length) {
        mac.update(frame, 0, length - BYTES);
        writeTo(expected, 0);
        byte[] found = new byte[BYTES];
        System.arraycopy(frame, length - BYTES, found, 0, BYTES);
        return MessageDigest.isEqual(expected, found);
    }

    private void writeTo(byte[] target, int offset) {
        try {
            mac.doFinal(target, offset);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
