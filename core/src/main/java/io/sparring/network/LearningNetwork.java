package io.sparring.network;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * The network as DL4J's ComputationGraph, for learning: {@link #forward} gives the policy's outputs and the values of a
 * batch, and {@link #backward} turns the loss's gradient with respect to them into the gradient with respect to the
 * parameters. The loss itself is none of its business. Used by one thread at a time.
 */
public final class LearningNetwork {
    private final Architecture architecture;
    private final DataType type;
    private final ComputationGraph graph;
    private final double[] policyOutputs;
    private final double[] values;
    private int rows;

    /**
     * @param architecture the network
     * @param maxRows the largest batch
     */
    public LearningNetwork(Architecture architecture, int maxRows) {
        this(architecture, maxRows, DataType.FLOAT);
    }

    /** In double precision, for tests by finite differences. */
    LearningNetwork(Architecture architecture, int maxRows, DataType type) {
        NativeMath.useOneThread();
        this.architecture = architecture;
        this.type = type;
        graph = new ComputationGraph(describe(architecture, type));
        graph.init();
        policyOutputs = new double[maxRows * architecture.policyOutputs()];
        values = new double[maxRows];
    }

    private static ComputationGraphConfiguration describe(Architecture architecture, DataType type) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(new NoOp())
                // The layers keep their own memory.
                .trainingWorkspaceMode(WorkspaceMode.NONE)
                .inferenceWorkspaceMode(WorkspaceMode.NONE)
                .graphBuilder()
                .addInputs(Architecture.INPUT)
                .setOutputs(Architecture.POLICY, Architecture.VALUE);
        DenseLoops.Scratch scratch = new DenseLoops.Scratch();
        for (Architecture.Layer layer : architecture.layers()) {
            builder.addLayer(layer.name(), BatchDense.of(layer, scratch), layer.input());
        }
        return builder.build();
    }

    /** Learns at these parameters from now on; they are copied. */
    public void setParameters(float[] parameters) {
        if (parameters.length != architecture.parameterCount()) {
            throw new IllegalArgumentException(
                    parameters.length + " parameters for a network of " + architecture.parameterCount());
        }
        floats(graph.params()).put(parameters, 0, architecture.layerParameterCount());
    }

    /** The layers' parameters in full precision, for tests by finite differences. */
    INDArray layerParameters() {
        return graph.params();
    }

    /**
     * Computes policy and value of a batch, and keeps what {@link #backward} needs.
     *
     * @param observations row by row
     * @param from the first float of the first row
     * @param rows how many rows
     */
    public void forward(float[] observations, int from, int rows) {
        int size = architecture.observationSize();
        INDArray input = Nd4j.createUninitialized(type, new long[] {rows, size}, 'f');
        float[] columns = new float[rows * size];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < size; column++) {
                columns[column * rows + row] = observations[from + row * size + column];
            }
        }
        put(columns, input);
        this.rows = rows;
        var activations = graph.feedForward(new INDArray[] {input}, true, false);
        get(activations.get(Architecture.POLICY), policyOutputs, architecture.policyOutputs());
        get(activations.get(Architecture.VALUE), values, 1);
    }

    /** The policy's outputs of the last batch, row by row; overwritten by the next {@link #forward}. */
    public double[] policyOutputs() {
        return policyOutputs;
    }

    /** V(s) of the last batch; overwritten by the next {@link #forward}. */
    public double[] values() {
        return values;
    }

    /**
     * Adds the gradient of the last batch to {@code gradient}.
     *
     * @param policyGradient ∂L/∂policy outputs, rows × policy outputs, row by row
     * @param valueGradient ∂L/∂V, one a row
     * @param gradient as long as the parameters; the free parameters' places are left alone
     */
    public void backward(double[] policyGradient, double[] valueGradient, double[] gradient) {
        INDArray parameterGradient = graph.backpropGradient(
                        epsilon(policyGradient, architecture.policyOutputs()), epsilon(valueGradient, 1))
                .gradient();
        int count = architecture.layerParameterCount();
        if (type == DataType.FLOAT) {
            float[] single = new float[count];
            floats(parameterGradient).get(single, 0, count);
            Reference.reachabilityFence(parameterGradient);
            for (int i = 0; i < count; i++) {
                gradient[i] += single[i];
            }
        } else {
            for (int i = 0; i < count; i++) {
                gradient[i] += parameterGradient.getDouble(i);
            }
        }
    }

    private INDArray epsilon(double[] rowByRow, int columns) {
        INDArray epsilon = Nd4j.createUninitialized(type, new long[] {rows, columns}, 'f');
        if (type == DataType.FLOAT) {
            float[] columnByColumn = new float[rows * columns];
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    columnByColumn[column * rows + row] = (float) rowByRow[row * columns + column];
                }
            }
            put(columnByColumn, epsilon);
        } else {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    epsilon.putScalar(row, column, rowByRow[row * columns + column]);
                }
            }
        }
        return epsilon;
    }

    private void put(float[] elements, INDArray array) {
        if (type == DataType.FLOAT) {
            floats(array).put(elements, 0, elements.length);
            Reference.reachabilityFence(array);
        } else {
            for (int i = 0; i < elements.length; i++) {
                array.data().put(i, (double) elements[i]);
            }
        }
    }

    private void get(INDArray array, double[] rowByRow, int columns) {
        if (type == DataType.FLOAT && array.ordering() == 'f') {
            float[] columnByColumn = new float[rows * columns];
            floats(array).get(columnByColumn, 0, columnByColumn.length);
            Reference.reachabilityFence(array);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    rowByRow[row * columns + column] = columnByColumn[column * rows + row];
                }
            }
        } else {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    rowByRow[row * columns + column] = array.getDouble(row, column);
                }
            }
        }
    }

    private static FloatPointer floats(INDArray array) {
        return (FloatPointer) array.data().addressPointer();
    }
}
