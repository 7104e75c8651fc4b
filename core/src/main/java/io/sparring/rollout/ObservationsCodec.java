package io.sparring.rollout;

import io.sparring.environment.RowLayout;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.network.Observations;

/** Observations within a value's bytes: how many one number takes (int: 1, 4, or 0 where they are of both kinds), and the numbers; of both kinds behind the runs of a row's layout. */
final class ObservationsCodec {
    /** In the place of the bytes that a number takes. */
    private static final int BOTH = 0;

    private ObservationsCodec() {}

    static void write(Observations observations, Output out) {
        if (observations instanceof Observations.Mixed) {
            out.integer(BOTH);
        } else {
            out.integer(observations instanceof Observations.Bytes ? Byte.BYTES : Float.BYTES);
        }
        writeNumbers(observations, out);
    }

    /** For who says otherwise of what kind they are. */
    static void writeNumbers(Observations observations, Output out) {
        if (observations instanceof Observations.Mixed mixed) {
            out.integers(mixed.layout().runs());
            out.bytes(mixed.bytes());
            out.floats(mixed.floats());
        } else if (observations instanceof Observations.Bytes bytes) {
            out.bytes(bytes.numbers());
        } else if (observations instanceof Observations.Floats floats) {
            out.floats(floats.numbers());
        }
    }

    /** @throws Unreadable if it is not what {@link #write} gave */
    static Observations read(Input in) throws Unreadable {
        int bytes = in.integer();
        return switch (bytes) {
            case Byte.BYTES -> new Observations.Bytes(in.bytes());
            case Float.BYTES -> new Observations.Floats(in.floats());
            case BOTH -> mixed(in);
            default -> throw new Unreadable.Damaged("there are observations of " + bytes + " bytes each");
        };
    }

    private static Observations mixed(Input in) throws Unreadable {
        try {
            return new Observations.Mixed(RowLayout.ofRuns(in.integers()), in.bytes(), in.floats());
        } catch (IllegalArgumentException e) {
            throw new Unreadable.Damaged("there are observations of no layout: " + e.getMessage());
        }
    }
}
