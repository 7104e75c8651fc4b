package io.sparring.network;

import java.util.ArrayList;
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
    /** A layer and where it stands: {@code input} is the index of what it takes, 0 being the observations. */
    private record Node(Layer.Computation computation, int input, int offset, boolean policy, boolean value) {}

    private final Architecture architecture;
    private final List<Node> nodes = new ArrayList<>();
    /** What layer i − 1 gave; 0: the observations. */
    private final List<Batch> activations = new ArrayList<>();
    /** ∂L/∂activations of the same index; null for the observations. */
    private final List<Batch> deltas = new ArrayList<>();

    private final int policy;
    private final int value;
    private ObservationScale observationScale = ObservationScale.IDENTITY;

    /** A network of no model yet. */
    public Network(Architecture architecture) {
        this(architecture, Kernels.create());
    }

    Network(Architecture architecture, Kernels kernels) {
        this.architecture = architecture;
        List<Architecture.Node> described = architecture.nodes();
        Map<String, Integer> index = new HashMap<>(Map.of(Architecture.INPUT, 0));
        described.forEach(node -> index.put(node.name(), index.size()));
        policy = index.get(Architecture.POLICY);
        value = index.get(Architecture.VALUE);
        activations.add(new Batch(architecture.observationSize()));
        deltas.add(null);
        for (Architecture.Node node : described) {
            nodes.add(new Node(
                    node.layer().computation(kernels),
                    index.get(node.input()),
                    node.offset(),
                    architecture.isUnder(node.name(), Architecture.POLICY),
                    architecture.isUnder(node.name(), Architecture.VALUE)));
            activations.add(new Batch(node.layer().output().size()));
            deltas.add(new Batch(node.layer().output().size()));
        }
    }

    @Override
    public void setModel(Model model) {
        model.requireOf(architecture);
        observationScale = model.normalizer().observationScale();
        for (Node node : nodes) {
            node.computation().setParameters(model.parameters(), node.offset());
        }
    }

    @Override
    public void forward(Observations observations, int from, int rows) {
        forward(observations, from, rows, true);
    }

    /** As {@link #forward(Observations, int, int)}, for those who ask for no values. */
    public void forwardPolicy(Observations observations, int from, int rows) {
        forward(observations, from, rows, false);
    }

    private void forward(Observations observations, int from, int rows, boolean values) {
        activations.get(0).setRows(observations, from, rows);
        observationScale.apply(activations.get(0));
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (values || node.policy()) {
                node.computation().forward(activations.get(node.input()), null, activations.get(i + 1));
            }
        }
    }

    @Override
    public Batch policyOutputs() {
        return activations.get(policy);
    }

    @Override
    public Batch policyFeatures() {
        return activations.get(nodes.get(policy - 1).input());
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
                int input = node.input();
                node.computation()
                        .backward(
                                activations.get(input),
                                activations.get(i + 1),
                                deltas.get(i + 1),
                                deltas.get(input),
                                filled[input],
                                gradient,
                                node.offset());
                filled[input] = true;
            }
        }
    }
}
