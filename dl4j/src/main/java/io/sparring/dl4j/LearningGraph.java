package io.sparring.dl4j;

import io.sparring.environment.Space;
import io.sparring.imitation.Lesson;
import io.sparring.network.Architecture;
import io.sparring.network.Dense;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.ObservationScale;
import io.sparring.network.Shape;
import io.sparring.spark.pretraining.GraphFitting;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A stock ComputationGraph that learns: the layers of an architecture, and above its heads DL4J's own losses.
 *
 * <pre>
 *   one of n, several choices   softmax, cross-entropy, one for each choice
 *   bits                        sigmoid, binary cross-entropy
 *   numbers                     Σ (a − mean)²/(2σ²), σ that of the logged actions: the Gaussian likelihood's part that means decide
 *   V                           c (R − V)², in units of R's standard deviation
 * </pre>
 *
 * <p>Where actions can be forbidden, another input is added to the logits: 0, or for what is forbidden {@value #FORBIDDEN}. An action that counts more
 * or less than others does so by DL4J's label masks.
 *
 * <p>The critic's head gives (V − μ)/σ here. Being linear it is the same head with other weights, which {@link #model} and {@link #setModel} convert.
 */
final class LearningGraph implements Serializable {
    private static final long serialVersionUID = 1;
    private static final float FORBIDDEN = -1e9f;
    private static final String MASK = "allowed";
    private static final String LOGITS = "allowed-logits";

    private final Architecture architecture;
    private final Space space;
    private final boolean masks;
    private final GraphFitting.Scale scale;
    private final double valueWeight;

    LearningGraph(Architecture architecture, Space space, boolean masks, GraphFitting.Scale scale, double valueWeight) {
        this.architecture = architecture;
        this.space = space;
        this.masks = masks;
        this.scale = scale;
        this.valueWeight = valueWeight;
    }

    /** The graph, with parameters of its own. */
    ComputationGraph create(IUpdater updater) {
        StockGraph graph = StockGraph.of(architecture, updater);
        String logits = Architecture.POLICY;
        if (masks) {
            graph.input(MASK, Shape.vector(space.maskSize()));
            graph.sum(LOGITS, logits, MASK);
            logits = LOGITS;
        }
        List<String> outputs = new ArrayList<>();
        int from = 0;
        for (int choice = 0; choice < choices().length; choice++) {
            String below = logits;
            if (choices().length > 1) {
                below = "logits" + choice;
                graph.subset(below, from, choices()[choice], logits);
                from += choices()[choice];
            }
            outputs.add("choice" + choice);
            graph.loss("choice" + choice, activation(), loss(), below);
        }
        outputs.add("critic");
        graph.loss(
                "critic",
                Activation.IDENTITY,
                new LossL2(Nd4j.createFromArray(new float[][] {{(float) valueWeight}})),
                Architecture.VALUE);
        return graph.build(outputs);
    }

    /** How many outputs of the policy head belong to each thing that is decided by itself. */
    private int[] choices() {
        return space instanceof Space.MultiDiscrete several
                ? several.sizes()
                : new int[] {architecture.policyOutputs()};
    }

    private Activation activation() {
        if (space instanceof Space.Box) {
            return Activation.IDENTITY;
        }
        return space instanceof Space.MultiBinary ? Activation.SIGMOID : Activation.SOFTMAX;
    }

    private ILossFunction loss() {
        if (space instanceof Space.Box) {
            float[][] weights = new float[1][scale.actionDeviations().length];
            for (int i = 0; i < weights[0].length; i++) {
                double deviation = scale.actionDeviations()[i];
                weights[0][i] = (float) (0.5 / (deviation * deviation));
            }
            return new LossL2(Nd4j.createFromArray(weights));
        }
        return space instanceof Space.MultiBinary ? new LossBinaryXENT() : new LossMCXENT();
    }

    /** What the graph learns from a lesson. */
    MultiDataSet dataSet(Lesson lesson, Normalizer normalizer) {
        Natives.load();
        int rows = lesson.rows();
        List<INDArray> features = new ArrayList<>(features(lesson, normalizer.observationScale()));
        List<INDArray> labels = new ArrayList<>();
        List<INDArray> labelMasks = new ArrayList<>();
        INDArray weights = lesson.weights().length == 0
                ? null
                : Nd4j.create(lesson.weights().clone(), new long[] {rows, 1}, 'c');
        for (int choice = 0; choice < choices().length; choice++) {
            labels.add(label(lesson, choice));
            labelMasks.add(weights);
        }
        float[] targets = new float[rows];
        for (int row = 0; row < rows; row++) {
            targets[row] = (float) ((lesson.targets()[row] - scale.targetMean()) / scale.targetDeviation());
        }
        labels.add(Nd4j.create(targets, new long[] {rows, 1}, 'c'));
        labelMasks.add(null);
        return new MultiDataSet(
                features.toArray(new INDArray[0]),
                labels.toArray(new INDArray[0]),
                null,
                weights == null ? null : labelMasks.toArray(new INDArray[0]));
    }

    private List<INDArray> features(Lesson lesson, ObservationScale observationScale) {
        List<INDArray> features = new ArrayList<>();
        for (GraphInput input : GraphInput.of(architecture)) {
            features.add(input.array(
                    lesson.observations(), 0, architecture.observationSize(), lesson.rows(), observationScale));
        }
        if (masks) {
            int size = space.maskSize();
            float[] penalties = new float[lesson.rows() * size];
            for (int i = 0; i < lesson.allowed().length; i++) {
                penalties[i] = lesson.allowed()[i] ? 0 : FORBIDDEN;
            }
            features.add(Nd4j.create(penalties, new long[] {lesson.rows(), size}, 'c'));
        }
        return features;
    }

    private INDArray label(Lesson lesson, int choice) {
        int rows = lesson.rows();
        int outputs = choices()[choice];
        int size = lesson.actions().length / rows;
        float[] label = new float[rows * outputs];
        for (int row = 0; row < rows; row++) {
            if (space instanceof Space.Box || space instanceof Space.MultiBinary) {
                System.arraycopy(lesson.actions(), row * size, label, row * outputs, outputs);
            } else {
                label[row * outputs + (int) lesson.actions()[row * size + choice]] = 1;
            }
        }
        return Nd4j.create(label, new long[] {rows, outputs}, 'c');
    }

    /** Gives the graph a model's parameters. */
    void setModel(ComputationGraph graph, Model model) {
        float[] parameters = model.parameters().clone();
        Architecture.Node head = value();
        int inputs = ((Dense) head.layer()).inputs();
        for (int i = 0; i < inputs; i++) {
            parameters[head.offset() + i] /= (float) scale.targetDeviation();
        }
        int bias = head.offset() + inputs;
        parameters[bias] = (float) ((parameters[bias] - scale.targetMean()) / scale.targetDeviation());
        for (Architecture.Node node : architecture.nodes()) {
            int count = node.layer().parameterCount();
            float[] own = new float[count];
            System.arraycopy(parameters, node.offset(), own, 0, count);
            // Layer by layer: vertices that have no parameters may have changed the order in the graph's own vector.
            graph.getLayer(node.name()).setParams(Nd4j.create(own, new long[] {1, count}, 'c'));
        }
    }

    /** What it has learned; the rest is the model's. */
    Model model(ComputationGraph graph, Model like) {
        float[] parameters = like.parameters().clone();
        for (Architecture.Node node : architecture.nodes()) {
            float[] own = graph.getLayer(node.name()).params().dup('c').data().asFloat();
            System.arraycopy(own, 0, parameters, node.offset(), own.length);
        }
        Architecture.Node head = value();
        int inputs = ((Dense) head.layer()).inputs();
        for (int i = 0; i < inputs; i++) {
            parameters[head.offset() + i] *= (float) scale.targetDeviation();
        }
        int bias = head.offset() + inputs;
        parameters[bias] = (float) (parameters[bias] * scale.targetDeviation() + scale.targetMean());
        return like.with(parameters);
    }

    private Architecture.Node value() {
        return architecture.nodes().stream()
                .filter(node -> node.name().equals(Architecture.VALUE))
                .findFirst()
                .orElseThrow();
    }
}
