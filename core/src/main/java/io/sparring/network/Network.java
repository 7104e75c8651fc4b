package io.sparring.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An actor-critic network over a {@link Model}'s flat vector of parameters, for acting and for learning alike: {@link #forward(Observations, int, int)} gives the policy's
 * outputs and the values of a batch, {@link #backward} turns the loss's gradient with respect to them into the gradient with respect to
 * the parameters. The loss itself is none of its business.
 *
 * <p>A row's outputs depend on that row alone and every sum has one order ({@link Kernels}), so neither the batch nor the machine
 * changes a bit of them. Has scratch memory for the largest batch it met; used by one thread at a time.
 */
public final class Network implements LearningNetwork {
    /** A layer and where it stands: {@code below} are the indices of what it takes, the trunk's inputs coming first. */
    private record Node(
            Layer.Computation computation,
            Below below,
            int offset,
            boolean policy,
            boolean value,
            Remembered remembered) {}

    /** What the copies remember for one layer, and where that stands in the state of each; null for layers without memory. */
    private record Remembered(int offset, Batch state) {}

    private final Architecture architecture;
    private final List<Part> parts = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    /** The inputs, then what the layers gave. */
    private final List<Batch> activations = new ArrayList<>();
    /** ∂L/∂activations of the same index; null for inputs. */
    private final List<Batch> deltas = new ArrayList<>();

    private final int policy;
    private final int value;
    private final int stateSize;
    private ObservationScale observationScale = ObservationScale.IDENTITY;

    /** An input, how it is read, and where it begins in a row. */
    private record Part(Input input, int[] numbers, int from) {}

    /** What a layer takes: one batch, or several that are joined here. */
    private final class Below {
        private final List<Integer> indices;
        /** Null where there is nothing to join. */
        private final Batch joined;

        private final Batch joinedDelta;

        Below(List<Integer> indices, int features) {
            this.indices = indices;
            joined = indices.size() == 1 ? null : new Batch(features);
            joinedDelta = indices.size() == 1 ? null : new Batch(features);
        }

        Batch batch() {
            return joined == null ? activations.get(indices.get(0)) : joined;
        }

        void join() {
            if (joined != null) {
                joined.resize(activations.get(0).rows());
                int to = 0;
                for (int index : indices) {
                    Batch one = activations.get(index);
                    joined.copy(one, 0, to, one.features(), false);
                    to += one.features();
                }
            }
        }

        /** Where the gradient goes; null where nobody asks. */
        Batch delta() {
            boolean asked = indices.stream().anyMatch(index -> deltas.get(index) != null);
            return !asked || joined == null ? deltas.get(indices.get(0)) : joinedDelta;
        }

        /** Whether the gradient is added to what another layer has left. */
        boolean adds(boolean[] filled) {
            return joined == null && filled[indices.get(0)];
        }

        /** Hands the gradient on to what was joined. */
        void part(boolean[] filled) {
            int from = 0;
            for (int index : indices) {
                Batch one = deltas.get(index);
                if (joined != null && one != null) {
                    if (!filled[index]) {
                        one.resize(joined.rows());
                    }
                    one.copy(joinedDelta, from, 0, one.features(), filled[index]);
                }
                from += activations.get(index).features();
                filled[index] = true;
            }
        }
    }

    /** A network of no model yet. */
    public Network(Architecture architecture) {
        this(architecture, Kernels.create());
    }

    Network(Architecture architecture, Kernels kernels) {
        this.architecture = architecture;
        Map<String, Integer> index = new HashMap<>();
        int from = 0;
        for (Input input : architecture.trunk().inputs()) {
            index.put(input.name(), index.size());
            parts.add(new Part(input, input.numbers(), from));
            activations.add(new Batch(input.size()));
            deltas.add(null);
            from += input.size();
        }
        int remembered = 0;
        for (Architecture.Node node : architecture.nodes()) {
            int own = node.layer().stateSize();
            List<Integer> below = node.inputs().stream().map(index::get).toList();
            index.put(node.name(), index.size());
            nodes.add(new Node(
                    node.layer().computation(kernels),
                    new Below(below, node.layer().input().size()),
                    node.offset(),
                    architecture.isUnder(node.name(), Architecture.POLICY),
                    architecture.isUnder(node.name(), Architecture.VALUE),
                    own == 0 ? null : new Remembered(remembered, new Batch(own))));
            remembered += own;
            activations.add(new Batch(node.layer().output().size()));
            deltas.add(new Batch(node.layer().output().size()));
        }
        policy = index.get(Architecture.POLICY);
        value = index.get(Architecture.VALUE);
        stateSize = remembered;
    }

    @Override
    public void setModel(Model model) {
        model.requireOf(architecture);
        observationScale = model.normalizer().observationScale();
        for (Node node : nodes) {
            node.computation().setParameters(model.parameters(), node.offset());
        }
    }

    /** Which numbers of an observation a normaliser is asked about: all but the bytes of images. */
    public int[] normalizedNumbers() {
        return parts.stream()
                .filter(part -> !part.input().bytes())
                .flatMapToInt(part -> Arrays.stream(part.numbers()).map(number -> part.from() + number))
                .toArray();
    }

    @Override
    public void forward(Observations observations, int from, int rows) {
        forward(observations, from, rows, Past.NONE);
    }

    @Override
    public void forward(Observations observations, int from, int rows, Past past) {
        forward(observations, from, rows, past, true);
    }

    /** As {@link #forward(Observations, int, int, Past)}, for those who ask for no values: what the critic remembers stays as it was. */
    public void forwardPolicy(Observations observations, int from, int rows, Past past) {
        forward(observations, from, rows, past, false);
    }

    private void forward(Observations observations, int from, int rows, Past past, boolean values) {
        require(past, rows);
        observe(observations, from, rows);
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            Batch state = recall(node, past);
            if (values || node.policy()) {
                node.below().join();
                node.computation()
                        .forward(node.below().batch(), state, past.continues(), activations.get(parts.size() + i));
            }
        }
    }

    private void observe(Observations observations, int from, int rows) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            activations
                    .get(i)
                    .setRows(
                            observations,
                            from + part.from(),
                            architecture.observationSize(),
                            rows,
                            part.numbers(),
                            part.input().divisor());
            if (!part.input().bytes()) {
                observationScale.apply(activations.get(i), part.numbers(), part.from());
            }
        }
    }

    /**
     * Keeps what the layers gave in the last forward pass.
     *
     * @param row which of all rows that are kept the batch's first one is
     */
    public void keep(Activations kept, int row) {
        for (int i = 0; i < nodes.size(); i++) {
            kept.keep(i, activations.get(parts.size() + i), row);
        }
    }

    /**
     * As {@link #forward(Observations, int, int)} of a chunk, by what was kept of it: by any network of the same model, all of whose layers go
     * {@linkplain Layer#backwardNeedsForward backward without it}. What is kept of the chunk is gone then.
     */
    public void recall(Activations kept, int chunk, Observations observations, int from, int rows) {
        observe(observations, from, rows);
        for (int i = 0; i < nodes.size(); i++) {
            activations.get(parts.size() + i).exchange(kept.ofChunk(chunk).get(i));
        }
        nodes.forEach(node -> node.below().join());
    }

    private void require(Past past, int rows) {
        if (past.isThere() != stateSize > 0) {
            throw new IllegalArgumentException("a network with " + stateSize + " numbers of memory for each copy, and "
                    + (past.isThere() ? "a past" : "no past"));
        }
        if (past.isThere() && (past.states().length != past.copies() * stateSize || past.continues().length != rows)) {
            throw new IllegalArgumentException(past.states().length + " numbers are remembered by " + past.copies()
                    + " copies with " + stateSize + " each, before " + past.continues().length + " samples of " + rows);
        }
    }

    private Batch recall(Node node, Past past) {
        if (node.remembered() == null) {
            return null;
        }
        Batch state = node.remembered().state();
        state.resize(past.copies());
        for (int copy = 0; copy < past.copies(); copy++) {
            int at = copy * stateSize + node.remembered().offset();
            for (int i = 0; i < state.features(); i++) {
                state.set(i, copy, past.states()[at + i]);
            }
        }
        return state;
    }

    /**
     * Writes down what each copy remembers after the last batch's last step: whoever has that goes on from there.
     *
     * @param states receives copies × {@link Architecture#stateSize()}, copy by copy
     * @param at where the first copy's begins
     */
    public void remember(float[] states, int at) {
        for (Node node : nodes) {
            if (node.remembered() != null) {
                Batch state = node.remembered().state();
                for (int copy = 0; copy < state.rows(); copy++) {
                    int to = at + copy * stateSize + node.remembered().offset();
                    for (int i = 0; i < state.features(); i++) {
                        states[to + i] = state.get(i, copy);
                    }
                }
            }
        }
    }

    @Override
    public Batch policyOutputs() {
        return activations.get(policy);
    }

    @Override
    public Batch policyFeatures() {
        return nodes.get(policy - parts.size()).below().batch();
    }

    @Override
    public Batch values() {
        return activations.get(value);
    }

    @Override
    public Batch policyGradient() {
        return prepared(policy);
    }

    @Override
    public Batch valueGradient() {
        return prepared(value);
    }

    private Batch prepared(int index) {
        deltas.get(index).resize(activations.get(0).rows());
        return deltas.get(index);
    }

    @Override
    public void backward(boolean throughPolicy, boolean throughValue, double[] gradient) {
        boolean[] filled = new boolean[deltas.size()];
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (throughPolicy && node.policy() || throughValue && node.value()) {
                Below below = node.below();
                int index = parts.size() + i;
                node.computation()
                        .backward(
                                below.batch(),
                                activations.get(index),
                                deltas.get(index),
                                below.delta(),
                                below.adds(filled),
                                gradient,
                                node.offset());
                below.part(filled);
            }
        }
    }
}
