package io.sparring.dl4j;

import io.sparring.network.Architecture;
import io.sparring.network.Batch;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.ObservationScale;
import io.sparring.network.Observations;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** DL4J's stock ComputationGraph, whose flat vector of parameters is laid out as {@link Architecture} says. */
final class Dl4jNetwork implements LearningNetwork {
    private final Architecture architecture;
    private final ComputationGraph graph;
    /** The name of what the policy head stands on. */
    private final String policyInput;

    private final List<GraphInput> inputs;
    private final Batch policyFeatures;
    private final Batch policyOutputs;
    private final Batch values = new Batch(1);
    private final Batch policyGradient;
    private final Batch valueGradient = new Batch(1);
    private ObservationScale observationScale = Normalizer.NONE.observationScale();
    private INDArray[] seen;

    Dl4jNetwork(Architecture architecture) {
        Natives.load();
        this.architecture = architecture;
        Architecture.Node policy = architecture.policy();
        // The graph's own name for what it joins.
        policyInput = policy.inputs().size() == 1 ? policy.inputs().get(0) : Architecture.POLICY + "-merge";
        policyFeatures = new Batch(policy.layer().input().size());
        policyOutputs = new Batch(architecture.policyOutputs());
        policyGradient = new Batch(architecture.policyOutputs());
        graph = graph(architecture);
        inputs = GraphInput.of(architecture);
    }

    private static ComputationGraph graph(Architecture architecture) {
        StockGraph graph = StockGraph.of(architecture, new NoOp());
        return graph.build(List.of(Architecture.POLICY, Architecture.VALUE));
    }

    @Override
    public void setModel(Model model) {
        model.requireOf(architecture);
        observationScale = model.normalizer().observationScale();
        int count = architecture.layerParameterCount();
        float[] layers = new float[count];
        System.arraycopy(model.parameters(), 0, layers, 0, count);
        graph.setParams(Nd4j.create(layers, new long[] {1, count}, 'c'));
    }

    @Override
    public void forward(Observations observations, int from, int rows) {
        int size = architecture.observationSize();
        seen = inputs.stream()
                .map(input -> input.array(observations, from, size, rows, observationScale))
                .toArray(INDArray[]::new);
        Map<String, INDArray> outputs = graph.feedForward(seen, true, false);
        read(outputs.get(policyInput), policyFeatures, rows);
        read(outputs.get(Architecture.POLICY), policyOutputs, rows);
        read(outputs.get(Architecture.VALUE), values, rows);
        policyGradient.resize(rows);
        valueGradient.resize(rows);
    }

    private static void read(INDArray array, Batch batch, int rows) {
        batch.resize(rows);
        float[] rowByRow = array.dup('c').data().asFloat();
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < batch.features(); feature++) {
                batch.set(feature, row, rowByRow[row * batch.features() + feature]);
            }
        }
    }

    @Override
    public Batch policyOutputs() {
        return policyOutputs;
    }

    @Override
    public Batch policyFeatures() {
        return policyFeatures;
    }

    @Override
    public Batch values() {
        return values;
    }

    @Override
    public Batch policyGradient() {
        return policyGradient;
    }

    @Override
    public Batch valueGradient() {
        return valueGradient;
    }

    @Override
    public void backward(boolean throughPolicy, boolean throughValue, double[] gradient) {
        // A backward pass uses up what the forward pass has kept.
        graph.feedForward(seen, true, false);
        float[] layers = graph.backpropGradient(
                        errors(policyGradient, throughPolicy), errors(valueGradient, throughValue))
                .gradient()
                .dup('c')
                .data()
                .asFloat();
        for (int i = 0; i < layers.length; i++) {
            gradient[i] += layers[i];
        }
    }

    private static INDArray errors(Batch batch, boolean written) {
        float[] rowByRow = new float[batch.rows() * batch.features()];
        if (written) {
            for (int row = 0; row < batch.rows(); row++) {
                for (int feature = 0; feature < batch.features(); feature++) {
                    rowByRow[row * batch.features() + feature] = batch.get(feature, row);
                }
            }
        }
        return Nd4j.create(rowByRow, new long[] {batch.rows(), batch.features()}, 'c');
    }
}
