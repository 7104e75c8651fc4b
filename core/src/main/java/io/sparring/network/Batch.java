package io.sparring.network;

/**
 * A batch of vectors as one flat array, feature by feature: feature f of row r lies at {@code f · stride + r}. From the
 * observation to the gradient there is no other layout, so nothing is transposed between layers.
 *
 * <p>Rows and features are padded, so that kernels need no remainder loops: the padding holds anything. The stride is no power of
 * two, or the features of one row would fight for the same few sets of the cache.
 */
public final class Batch {
    /** Rows are padded to a multiple of this: four of the widest vectors. */
    static final int ROW_TILE = 64;
    /** Features are padded to a multiple of this. */
    static final int FEATURE_TILE = 4;

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
        int length = padded(features, FEATURE_TILE) * stride;
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

    /**
     * Takes up rows that lie one after the other, as environments give them.
     *
     * @param rowByRow rows × features from {@code from} on
     */
    void setRows(Observations rowByRow, int from, int rows) {
        resize(rows);
        if (rowByRow instanceof Observations.Bytes bytes) {
            setRows(bytes.numbers(), from);
        } else if (rowByRow instanceof Observations.Floats floats) {
            setRows(floats.numbers(), from);
        }
    }

    private void setRows(byte[] rowByRow, int from) {
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < features; feature++) {
                values[feature * stride + row] = rowByRow[from + row * features + feature] & 0xff;
            }
        }
    }

    private void setRows(float[] rowByRow, int from) {
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < features; feature++) {
                values[feature * stride + row] = rowByRow[from + row * features + feature];
            }
        }
    }

    /** The array itself, for kernels. */
    float[] values() {
        return values;
    }

    /** From one feature to the next. */
    int stride() {
        return stride;
    }
}
