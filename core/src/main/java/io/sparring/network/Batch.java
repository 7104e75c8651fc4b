package io.sparring.network;

import io.sparring.environment.RowLayout;
import java.util.Arrays;

/**
 * A batch of vectors as one flat array, feature by feature: feature f of row r lies at {@code f · stride + r}. From the
 * observation to the gradient there is no other layout, so nothing is transposed between layers.
 *
 * <p>Rows and features are padded, so that kernels need no remainder loops: the padding holds anything, as do two more features
 * behind it, where they write what nobody asks for. The stride is no power of two, or the features of one row would fight for the same few sets of the cache.
 */
public final class Batch {
    /** Rows are padded to a multiple of this: four of the widest vectors. */
    static final int ROW_TILE = 64;
    /** Features are padded to a multiple of this. */
    static final int FEATURE_TILE = 4;

    /** So many rows are taken up at a time. */
    private static final int BLOCK = 16;

    private final int features;
    private float[] values = new float[0];
    private int rows;
    private int stride;

    /** A batch of no rows. */
    public Batch(int features) {
        this.features = features;
    }

    /** A batch of {@code rows} rows, all 0. */
    public Batch(int features, int rows) {
        this(features);
        resize(rows);
    }

    /** Makes room for so many rows; what the batch held is lost. */
    public void resize(int rows) {
        this.rows = rows;
        stride = padded(rows, ROW_TILE) + 16;
        int length = Math.multiplyExact(padded(features, FEATURE_TILE) + 2, stride);
        if (values.length < length) {
            values = new float[length];
        }
    }

    static int padded(int count, int tile) {
        return (count + tile - 1) / tile * tile;
    }

    /** Floats in one row. */
    public int features() {
        return features;
    }

    /** How many rows it has. */
    public int rows() {
        return rows;
    }

    /** One feature of one row. */
    public float get(int feature, int row) {
        return values[feature * stride + row];
    }

    /** Sets one feature of one row. */
    public void set(int feature, int row, float value) {
        values[feature * stride + row] = value;
    }

    /** Makes room for so many rows, all 0. */
    void clear(int rows) {
        resize(rows);
        Arrays.fill(values, 0, features * stride, 0);
    }

    /**
     * Takes up rows that lie one after the other, as environments give them.
     *
     * @param from the first number of the first row
     * @param length from one row to the next
     * @param numbers which of a row's numbers each feature is
     * @param divisor of every number
     */
    void setRows(Observations rowByRow, int from, int length, int rows, int[] numbers, float divisor) {
        resize(rows);
        float[] divided = rowByRow instanceof Observations.Floats ? null : divided(divisor);
        // A few rows at a time: what is read is still in the cache for the next feature, and what is written is whole
        // lines of it.
        for (int block = 0; block < rows; block += BLOCK) {
            int end = Math.min(block + BLOCK, rows);
            int at = from + block * length;
            if (rowByRow instanceof Observations.Bytes whole) {
                for (int feature = 0; feature < features; feature++) {
                    setRows(feature, block, end, whole.numbers(), at + numbers[feature], length, divided);
                }
            } else if (rowByRow instanceof Observations.Floats floats) {
                for (int feature = 0; feature < features; feature++) {
                    setRows(feature, block, end, floats.numbers(), at + numbers[feature], length, divisor);
                }
            } else if (rowByRow instanceof Observations.Mixed mixed) {
                RowLayout layout = mixed.layout();
                for (int feature = 0; feature < features; feature++) {
                    int row = (at + numbers[feature]) / layout.size();
                    int number = (at + numbers[feature]) % layout.size();
                    int place = layout.place(number);
                    if (layout.isByte(number)) {
                        int bytes = layout.bytes();
                        setRows(feature, block, end, mixed.bytes(), row * bytes + place, bytes, divided);
                    } else {
                        int floats = layout.floats();
                        setRows(feature, block, end, mixed.floats(), row * floats + place, floats, divisor);
                    }
                }
            }
        }
    }

    /** Every byte, divided. */
    private static float[] divided(float divisor) {
        float[] bytes = new float[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = i / divisor;
        }
        return bytes;
    }

    /** One feature of the rows from {@code row} to {@code end}, the first of which has it {@code at} this place. */
    private void setRows(int feature, int row, int end, byte[] given, int at, int length, float[] divided) {
        for (int i = feature * stride + row; i < feature * stride + end; i++, at += length) {
            values[i] = divided[given[at] & 0xff];
        }
    }

    private void setRows(int feature, int row, int end, float[] given, int at, int length, float divisor) {
        for (int i = feature * stride + row; i < feature * stride + end; i++, at += length) {
            values[i] = given[at] / divisor;
        }
    }

    /** Takes up rows of another batch with the same features: so many from {@code from} on, which become those from {@code to} on. */
    void setRows(Batch other, int from, int to, int count) {
        for (int feature = 0; feature < features; feature++) {
            System.arraycopy(other.values, feature * other.stride + from, values, feature * stride + to, count);
        }
    }

    /** Each becomes the other, which has the same features. */
    void exchange(Batch other) {
        float[] othersValues = other.values;
        int othersRows = other.rows;
        int othersStride = other.stride;
        other.values = values;
        other.rows = rows;
        other.stride = stride;
        values = othersValues;
        rows = othersRows;
        stride = othersStride;
    }

    /** Takes up so many of another batch's features, which has as many rows: they replace this one's from {@code to} on, or are added to them. */
    void copy(Batch other, int from, int to, int count, boolean add) {
        if (!add) {
            System.arraycopy(other.values, from * other.stride, values, to * stride, count * stride);
            return;
        }
        for (int i = 0; i < count * stride; i++) {
            values[to * stride + i] += other.values[from * other.stride + i];
        }
    }

    /** The array itself, for kernels. */
    float[] values() {
        return values;
    }

    /** Where the two features begin that nobody reads. */
    int spare() {
        return padded(features, FEATURE_TILE) * stride;
    }

    /** From one feature to the next. */
    int stride() {
        return stride;
    }
}
