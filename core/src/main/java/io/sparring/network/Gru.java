package io.sparring.network;

/**
 * Gated recurrent units (Cho et al. 2014), as PyTorch's {@code nn.GRU} has them, its gates in the same order and b_hn within:
 *
 * <pre>
 *   r = σ(W_ir x + b_ir + W_hr h + b_hr)        h′ = (1 − z) n + z h
 *   z = σ(W_iz x + b_iz + W_hz h + b_hz)
 *   n = tanh(W_in x + b_in + r (W_hn h + b_hn))
 * </pre>
 *
 * @param inputs the length of x
 * @param size the length of h, which is the state
 */
record Gru(int inputs, int size) implements RecurrentLayer {
    private static final int GATES = 3;

    @Override
    public int gates() {
        return GATES;
    }

    @Override
    public int stateSize() {
        return size;
    }

    @Override
    public Layer.Computation computation(Kernels kernels) {
        return new Computation(this, kernels);
    }

    private static final class Computation extends Recurrent {
        /** Of r and z, and of n. */
        private final float[] gateWeights;

        private final float[] candidateWeights;
        private final float[] candidateBiases;
        private final Batch gates;
        /** Of one step: n, and W_hn h + b_hn. */
        private final Batch candidates;

        private final Batch recalled;
        /** Of all rows: W_hn h + b_hn. */
        private final Batch allRecalled;

        private final Batch hiddenStep;

        Computation(Gru layer, Kernels kernels) {
            super(layer, 1, false, kernels);
            gateWeights = new float[Batch.padded(2 * size, Batch.FEATURE_TILE) * size];
            candidateBiases = new float[Batch.padded(size, Batch.FEATURE_TILE)];
            candidateWeights = new float[candidateBiases.length * size];
            gates = new Batch(2 * size);
            candidates = new Batch(size);
            recalled = new Batch(size);
            allRecalled = new Batch(size);
            hiddenStep = new Batch(GATES * size);
        }

        @Override
        void setHidden(float[] weights, float[] biases) {
            Kernels.pack(weights, 0, size, 1, 2 * size, size, gateWeights);
            Kernels.pack(weights, 2 * size * size, size, 1, size, size, candidateWeights);
            System.arraycopy(biases, 2 * size, candidateBiases, 0, size);
        }

        @Override
        void resize(int rows, int copies) {
            gates.resize(copies);
            candidates.resize(copies);
            allRecalled.resize(rows);
        }

        @Override
        void step(int row, int copies) {
            Batch hidden = states[0];
            copy(activations, 0, row, gates, 0, 0, 2 * size, copies);
            copy(activations, 2 * size, row, candidates, 0, 0, size, copies);
            kernels.product(gateWeights, size, 2 * size, null, true, Activation.TANH, hidden, gates);
            kernels.product(candidateWeights, size, size, candidateBiases, false, null, hidden, recalled);
            for (int unit = 0; unit < size; unit++) {
                int at = unit * candidates.stride();
                int reset = unit * gates.stride();
                int update = (size + unit) * gates.stride();
                open(gates.values(), reset, update, recalled.values(), candidates.values(), at, copies);
            }
            kernels.activate(Activation.TANH, candidates, candidates);
            for (int unit = 0; unit < size; unit++) {
                int at = unit * hidden.stride();
                int update = (size + unit) * gates.stride();
                mix(gates.values(), update, candidates.values(), hidden.values(), at, copies);
            }
            copy(gates, 0, 0, activations, 0, row, 2 * size, copies);
            copy(candidates, 0, 0, activations, 2 * size, row, size, copies);
            copy(recalled, 0, 0, allRecalled, 0, row, size, copies);
        }

        /** The gates from hyperbolic tangents, and what n is the hyperbolic tangent of. */
        private static void open(
                float[] gates, int reset, int update, float[] recalled, float[] candidates, int at, int copies) {
            for (int copy = 0; copy < copies; copy++) {
                float r = 0.5f * gates[reset + copy] + 0.5f;
                gates[reset + copy] = r;
                gates[update + copy] = 0.5f * gates[update + copy] + 0.5f;
                candidates[at + copy] += r * recalled[at + copy];
            }
        }

        private static void mix(float[] gates, int update, float[] candidates, float[] hidden, int at, int copies) {
            for (int copy = 0; copy < copies; copy++) {
                float z = gates[update + copy];
                hidden[at + copy] = (1 - z) * candidates[at + copy] + z * hidden[at + copy];
            }
        }

        @Override
        void stepBack(int row, int copies) {
            hiddenStep.resize(copies);
            for (int unit = 0; unit < size; unit++) {
                stepBack(unit, row, stateDeltas[0].values(), unit * stateDeltas[0].stride(), copies);
            }
            copy(hiddenStep, 0, 0, hiddenDeltas, 0, row, GATES * size, copies);
            kernels.product(hiddenWeightsBack, GATES * size, size, null, true, null, hiddenStep, stateDeltas[0]);
        }

        private void stepBack(int unit, int row, float[] hiddenDelta, int at, int copies) {
            float[] gate = activations.values();
            int i = unit * activations.stride() + row;
            int next = size * activations.stride();
            float[] ofInput = inputDeltas.values();
            int to = unit * inputDeltas.stride() + row;
            int nextTo = size * inputDeltas.stride();
            float[] ofHidden = hiddenStep.values();
            int toHidden = unit * hiddenStep.stride();
            int nextToHidden = size * hiddenStep.stride();
            int was = unit * before.stride() + row;
            for (int copy = 0; copy < copies; copy++) {
                float r = gate[i + copy];
                float z = gate[i + next + copy];
                float n = gate[i + 2 * next + copy];
                float delta = hiddenDelta[at + copy];
                float ofCandidate = delta * (1 - z) * (1 - n * n);
                float ofReset = ofCandidate * allRecalled.values()[was + copy] * (r * (1 - r));
                float ofUpdate = delta * (before.values()[was + copy] - n) * (z * (1 - z));
                ofInput[to + copy] = ofReset;
                ofInput[to + nextTo + copy] = ofUpdate;
                ofInput[to + 2 * nextTo + copy] = ofCandidate;
                ofHidden[toHidden + copy] = ofReset;
                ofHidden[toHidden + nextToHidden + copy] = ofUpdate;
                ofHidden[toHidden + 2 * nextToHidden + copy] = ofCandidate * r;
                hiddenDelta[at + copy] = delta * z;
            }
        }
    }
}
