package io.sparring.network;

import java.util.Arrays;

/**
 * {@link Lstm} and {@link Gru} at work.
 *
 * <p>W_ih x is one product over the rows of all steps; only W_hh h goes step by step, its chains going on from there. So a row's bits are the
 * same whether the steps come one by one or all at once, and whatever copies are beside it.
 *
 * <p>A gate's logistic function is computed as σ(a) = ½ + ½ tanh(½ a), the inner ½ being a factor of the weights, which is exact.
 */
abstract class Recurrent implements Layer.Computation {
    /** The gate whose function is the hyperbolic tangent, g or n; that of the others is the logistic one. */
    private static final int CANDIDATE = 2;

    private final int parameterCount;
    private final int inputs;
    final int size;
    private final int gates;
    private final boolean shared;
    final Kernels kernels;

    private final float[] inputWeights;
    private final float[] inputBiases;
    private float[] inputWeightsBack;
    float[] hiddenWeightsBack;
    private boolean backwardReady;
    private float[] parameters;
    private int offset;

    /** Of all rows: W_ih x + b, and after {@link #step} the gates themselves. */
    final Batch activations;
    /** Of all rows: h before the step. */
    final Batch before;
    /** Of one step: h and what else is remembered, before it and after it. */
    final Batch[] states;
    /** Of one step: ∂L/∂states, from the step itself and from all later ones. */
    final Batch[] stateDeltas;

    /** Of all rows: ∂L/∂W_ih x, and ∂L/∂W_hh h. */
    final Batch inputDeltas;

    final Batch hiddenDeltas;

    private int copies;
    private double[] continues;

    /**
     * @param states how many vectors are remembered, h being the first
     * @param shared whether W_ih x and W_hh h have the same gradient
     */
    Recurrent(RecurrentLayer layer, int states, boolean shared, Kernels kernels) {
        parameterCount = layer.parameterCount();
        inputs = layer.inputs();
        size = layer.size();
        gates = layer.gates();
        this.shared = shared;
        this.kernels = kernels;
        int outputs = gates * size;
        inputBiases = new float[Batch.padded(outputs, Batch.FEATURE_TILE)];
        inputWeights = new float[inputBiases.length * inputs];
        activations = new Batch(outputs);
        before = new Batch(size);
        this.states = new Batch[states];
        stateDeltas = new Batch[states];
        for (int i = 0; i < states; i++) {
            this.states[i] = new Batch(size);
            stateDeltas[i] = new Batch(size);
        }
        inputDeltas = new Batch(outputs);
        hiddenDeltas = shared ? inputDeltas : new Batch(outputs);
    }

    /** Takes up W_hh and b_hh. */
    abstract void setHidden(float[] weights, float[] biases);

    /** Makes room for so many rows in all, and in one step. */
    abstract void resize(int rows, int copies);

    /** A step of all copies, whose rows begin at {@code row}: h and what else there is become what they are after it. */
    abstract void step(int row, int copies);

    /** The gradients of a step, from {@link #stateDeltas}, which become those of the step before as far as they pass through this one. */
    abstract void stepBack(int row, int copies);

    @Override
    public void setParameters(float[] parameters, int offset) {
        this.parameters = parameters;
        this.offset = offset;
        backwardReady = false;
        int outputs = gates * size;
        float[] scaled = new float[parameterCount];
        System.arraycopy(parameters, offset, scaled, 0, scaled.length);
        int hiddenAt = outputs * inputs;
        int biasesAt = hiddenAt + outputs * size;
        float[] hiddenBiases = new float[outputs];
        for (int output = 0; output < outputs; output++) {
            float own = scaled[biasesAt + output];
            float other = scaled[biasesAt + outputs + output];
            boolean candidate = output / size == CANDIDATE;
            boolean together = shared || !candidate;
            inputBiases[output] = together ? own + other : own;
            hiddenBiases[output] = together ? 0 : other;
            if (!candidate) {
                halve(scaled, output * inputs, inputs);
                halve(scaled, hiddenAt + output * size, size);
                inputBiases[output] *= 0.5f;
                hiddenBiases[output] *= 0.5f;
            }
        }
        Kernels.pack(scaled, 0, inputs, 1, outputs, inputs, inputWeights);
        float[] hiddenWeights = new float[outputs * size];
        System.arraycopy(scaled, hiddenAt, hiddenWeights, 0, hiddenWeights.length);
        setHidden(hiddenWeights, hiddenBiases);
    }

    private static void halve(float[] numbers, int from, int count) {
        for (int i = from; i < from + count; i++) {
            numbers[i] *= 0.5f;
        }
    }

    @Override
    public void forward(Batch in, Batch state, double[] continues, Batch out) {
        this.continues = continues;
        copies = state.rows();
        kernels.product(inputWeights, inputs, gates * size, inputBiases, false, null, in, activations);
        out.resize(in.rows());
        before.resize(in.rows());
        resize(in.rows(), copies);
        for (int i = 0; i < states.length; i++) {
            states[i].resize(copies);
            copy(state, i * size, 0, states[i], 0, 0, size, copies);
        }
        for (int row = 0; row < in.rows(); row += copies) {
            forget(states, row);
            copy(states[0], 0, 0, before, 0, row, size, copies);
            step(row, copies);
            copy(states[0], 0, 0, out, 0, row, size, copies);
        }
        for (int i = 0; i < states.length; i++) {
            copy(states[i], 0, 0, state, i * size, 0, size, copies);
        }
    }

    /** 0 for the copies that begin an episode with the rows from here on; the first rows' are as they were given. */
    private void forget(Batch[] batches, int row) {
        for (int copy = 0; copy < copies && row > 0; copy++) {
            if (continues[row - copies + copy] == 0) {
                for (Batch batch : batches) {
                    for (int unit = 0; unit < size; unit++) {
                        batch.set(unit, copy, 0);
                    }
                }
            }
        }
    }

    @Override
    public void backward(
            Batch in, Batch out, Batch outDelta, Batch inputGradient, boolean add, double[] gradient, int at) {
        int outputs = gates * size;
        packBackward();
        inputDeltas.resize(in.rows());
        hiddenDeltas.resize(in.rows());
        for (Batch each : stateDeltas) {
            each.resize(copies);
            Arrays.fill(each.values(), 0);
        }
        for (int row = in.rows() - copies; row >= 0; row -= copies) {
            addRows(outDelta, row, stateDeltas[0]);
            stepBack(row, copies);
            forget(stateDeltas, row);
        }
        kernels.weightGradient(in, inputDeltas, gradient, at);
        kernels.weightGradient(before, hiddenDeltas, gradient, at + outputs * inputs);
        kernels.biasGradient(inputDeltas, gradient, at + outputs * (inputs + size));
        kernels.biasGradient(hiddenDeltas, gradient, at + outputs * (inputs + size + 1));
        if (inputGradient != null) {
            kernels.product(inputWeightsBack, outputs, inputs, null, add, null, inputDeltas, inputGradient);
        }
    }

    /** On first use: acting never asks. */
    private void packBackward() {
        if (!backwardReady) {
            int outputs = gates * size;
            if (inputWeightsBack == null) {
                inputWeightsBack = new float[Batch.padded(inputs, Batch.FEATURE_TILE) * outputs];
                hiddenWeightsBack = new float[Batch.padded(size, Batch.FEATURE_TILE) * outputs];
            }
            Kernels.pack(parameters, offset, 1, inputs, inputs, outputs, inputWeightsBack);
            Kernels.pack(parameters, offset + outputs * inputs, 1, size, size, outputs, hiddenWeightsBack);
            backwardReady = true;
        }
    }

    private void addRows(Batch from, int row, Batch to) {
        for (int unit = 0; unit < size; unit++) {
            int at = unit * to.stride();
            int given = unit * from.stride() + row;
            for (int copy = 0; copy < copies; copy++) {
                to.values()[at + copy] += from.values()[given + copy];
            }
        }
    }

    /** Copies so many rows of so many features. */
    static void copy(
            Batch from, int fromFeature, int fromRow, Batch to, int toFeature, int toRow, int features, int rows) {
        for (int feature = 0; feature < features; feature++) {
            System.arraycopy(
                    from.values(),
                    (fromFeature + feature) * from.stride() + fromRow,
                    to.values(),
                    (toFeature + feature) * to.stride() + toRow,
                    rows);
        }
    }
}
