package io.sparring.network;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000), as PyTorch's {@code nn.LSTM} has it, its gates in the same order:
 *
 * <pre>
 *   i = σ(W_ii x + b_ii + W_hi h + b_hi)        c′ = f c + i g
 *   f = σ(W_if x + b_if + W_hf h + b_hf)        h′ = o tanh(c′)
 *   g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 *   o = σ(W_io x + b_io + W_ho h + b_ho)
 * </pre>
 *
 * @param inputs the length of x
 * @param size the length of h and c, which are the state in this order
 */
record Lstm(int inputs, int size) implements RecurrentLayer {
    private static final int GATES = 4;

    @Override
    public int gates() {
        return GATES;
    }

    @Override
    public int stateSize() {
        return 2 * size;
    }

    @Override
    public Layer.Computation computation(Kernels kernels) {
        return new Computation(this, kernels);
    }

    private static final class Computation extends Recurrent {
        private final float[] hiddenWeights;
        private final Batch gates;
        private final Batch gateDeltas;
        /** Of one step: tanh(c′). */
        private final Batch squashed;
        /** Of all rows: c before the step, and tanh(c′). */
        private final Batch cellsBefore;

        private final Batch cellsSquashed;

        Computation(Lstm layer, Kernels kernels) {
            super(layer, 2, true, kernels);
            hiddenWeights = new float[Batch.padded(GATES * size, Batch.FEATURE_TILE) * size];
            gates = new Batch(GATES * size);
            gateDeltas = new Batch(GATES * size);
            squashed = new Batch(size);
            cellsBefore = new Batch(size);
            cellsSquashed = new Batch(size);
        }

        @Override
        void setHidden(float[] weights, float[] biases) {
            Kernels.pack(weights, 0, size, 1, GATES * size, size, hiddenWeights);
        }

        @Override
        void resize(int rows, int copies) {
            gates.resize(copies);
            cellsBefore.resize(rows);
            cellsSquashed.resize(rows);
        }

        @Override
        void step(int row, int copies) {
            Batch hidden = states[0];
            Batch cells = states[1];
            copy(cells, 0, 0, cellsBefore, 0, row, size, copies);
            copy(activations, 0, row, gates, 0, 0, GATES * size, copies);
            kernels.product(hiddenWeights, size, GATES * size, null, true, Activation.TANH, hidden, gates);
            for (int unit = 0; unit < size; unit++) {
                remember(
                        gates.values(),
                        unit * gates.stride(),
                        size * gates.stride(),
                        cells.values(),
                        unit * cells.stride(),
                        copies);
            }
            kernels.activate(Activation.TANH, cells, squashed);
            for (int unit = 0; unit < size; unit++) {
                float[] h = hidden.values();
                int output = (3 * size + unit) * gates.stride();
                int at = unit * hidden.stride();
                for (int copy = 0; copy < copies; copy++) {
                    h[at + copy] = gates.values()[output + copy] * squashed.values()[at + copy];
                }
            }
            copy(gates, 0, 0, activations, 0, row, GATES * size, copies);
            copy(squashed, 0, 0, cellsSquashed, 0, row, size, copies);
        }

        /** The gates from hyperbolic tangents, and c. */
        private static void remember(float[] gates, int first, int next, float[] cells, int at, int copies) {
            for (int copy = 0; copy < copies; copy++) {
                int i = first + copy;
                float input = 0.5f * gates[i] + 0.5f;
                float forget = 0.5f * gates[i + next] + 0.5f;
                gates[i + 3 * next] = 0.5f * gates[i + 3 * next] + 0.5f;
                gates[i] = input;
                gates[i + next] = forget;
                cells[at + copy] = forget * cells[at + copy] + input * gates[i + 2 * next];
            }
        }

        @Override
        void stepBack(int row, int copies) {
            gateDeltas.resize(copies);
            for (int unit = 0; unit < size; unit++) {
                int at = unit * stateDeltas[0].stride();
                stepBack(unit, row, stateDeltas[0].values(), stateDeltas[1].values(), at, copies);
            }
            copy(gateDeltas, 0, 0, inputDeltas, 0, row, GATES * size, copies);
            kernels.product(hiddenWeightsBack, GATES * size, size, null, false, null, gateDeltas, stateDeltas[0]);
        }

        private void stepBack(int unit, int row, float[] hiddenDelta, float[] cellDelta, int at, int copies) {
            float[] gate = activations.values();
            int i = unit * activations.stride() + row;
            int next = size * activations.stride();
            float[] gateDelta = gateDeltas.values();
            int to = unit * gateDeltas.stride();
            int nextTo = size * gateDeltas.stride();
            int cell = unit * cellsBefore.stride() + row;
            for (int copy = 0; copy < copies; copy++) {
                float input = gate[i + copy];
                float forget = gate[i + next + copy];
                float candidate = gate[i + 2 * next + copy];
                float output = gate[i + 3 * next + copy];
                float tanh = cellsSquashed.values()[cell + copy];
                float ofHidden = hiddenDelta[at + copy];
                float ofCell = cellDelta[at + copy] + ofHidden * output * (1 - tanh * tanh);
                gateDelta[to + copy] = ofCell * candidate * (input * (1 - input));
                gateDelta[to + nextTo + copy] = ofCell * cellsBefore.values()[cell + copy] * (forget * (1 - forget));
                gateDelta[to + 2 * nextTo + copy] = ofCell * input * (1 - candidate * candidate);
                gateDelta[to + 3 * nextTo + copy] = ofHidden * tanh * (output * (1 - output));
                cellDelta[at + copy] = ofCell * forget;
            }
        }
    }
}
