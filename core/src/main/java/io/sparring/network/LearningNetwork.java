package io.sparring.network;

/**
 * What learning asks of a network: {@link Network} computes it in plain Java, another engine may compute the same from the same
 * {@link Model}. Used by one thread at a time.
 */
public interface LearningNetwork {

    /** Makes such networks; another engine registers one for {@link java.util.ServiceLoader}. */
    interface Factory {

        /** Loads what it has of native code, once a JVM: called where no other thread can be loading some. */
        void load();

        /** A network of no model yet. */
        LearningNetwork create(Architecture architecture);
    }

    /**
     * Computes as this model does from now on: observations come as the environment gives them, and its {@link Normalizer} is applied here.
     *
     * @throws IllegalArgumentException if it is a model of another architecture
     */
    void setModel(Model model);

    /**
     * Computes policy and value of a batch, and keeps what {@link #backward} needs.
     *
     * @param from the first number of the first row
     * @param rows how many rows, at least 1
     */
    void forward(Observations observations, int from, int rows);

    /**
     * As {@link #forward(Observations, int, int)}, of a network that may have memory.
     *
     * @param past how the rows hang together; {@link Past#NONE} where there is no memory
     */
    default void forward(Observations observations, int from, int rows, Past past) {
        if (past.isThere()) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " has no memory");
        }
        forward(observations, from, rows);
    }

    /** As {@link #forward(Observations, int, int)}, of floats as environments give them. */
    default void forward(float[] observations, int from, int rows) {
        forward(new Observations.Floats(observations), from, rows);
    }

    /** The policy head's outputs of the last batch; overwritten by the next one. The caller may write over them: {@link #backward} does not read them. */
    Batch policyOutputs();

    /**
     * What the policy head stands on, of the last batch: what its memory gives, or its last hidden layer behind the activation, or the observations where it has none;
     * overwritten by the next one, and by nobody else.
     */
    Batch policyFeatures();

    /** V(s) of the last batch, one feature; overwritten by the next one. */
    Batch values();

    /** Where the caller writes ∂L/∂policy outputs of the last batch before {@link #backward}, which writes over it. */
    Batch policyGradient();

    /** Where the caller writes ∂L/∂V of the last batch, one feature. */
    Batch valueGradient();

    /**
     * Adds the gradient of the last batch to {@code gradient}. May be called several times after one {@link #forward}, for several
     * losses.
     *
     * @param throughPolicy whether {@link #policyGradient} was written; if not, it counts as 0
     * @param throughValue whether {@link #valueGradient} was written; if not, it counts as 0
     * @param gradient as long as the parameters; the free parameters' places are left alone
     */
    void backward(boolean throughPolicy, boolean throughValue, double[] gradient);
}
