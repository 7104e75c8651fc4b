package io.sparring.network;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Collection;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's dense layer for batches: the same parameters, outputs and gradients, six to eight times as fast, and with the same bits
 * on every CPU.
 *
 * <p>DL4J's own layer spends nine tenths of a batch of 1,024 outside its matrix products: it keeps row-major results that the
 * (column-major) product must be copied into, computes the forward pass again in the backward pass, and its activations'
 * derivatives take 40 ns an element; and the products' rounding depends on the CPU that OpenBLAS finds. Here everything stays
 * column-major, the forward pass's result is kept, and products and activations are loops over plain arrays.
 */
final class BatchDense extends FeedForwardLayer {
    private static final long serialVersionUID = 1L;

    private final transient Activation activation;
    /** Whether the layer stands on the network's input, whose gradient nobody asks for. */
    private final boolean first;

    private final transient DenseLoops.Scratch scratch;

    private BatchDense(Builder builder) {
        super(builder);
        activation = builder.activation;
        first = builder.first;
        scratch = builder.scratch;
        initializeConstraints(builder);
    }

    /** @param scratch the network's: its layers never work at the same time */
    static BatchDense of(Architecture.Layer layer, DenseLoops.Scratch scratch) {
        return new Builder(layer.activation(), layer.input().equals(Architecture.INPUT), scratch)
                .nIn(layer.inputs())
                .nOut(layer.outputs())
                .build();
    }

    private static final class Builder extends FeedForwardLayer.Builder<Builder> {
        private final Activation activation;
        private final boolean first;

        private final DenseLoops.Scratch scratch;

        Builder(Activation activation, boolean first, DenseLoops.Scratch scratch) {
            this.activation = activation;
            this.first = first;
            this.scratch = scratch;
        }

        @Override
        @SuppressWarnings("unchecked") // As DL4J declares it: whatever layer the caller says.
        public <E extends org.deeplearning4j.nn.conf.layers.Layer> E build() {
            return (E) new BatchDense(this);
        }
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration configuration,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        Computation computation = type == DataType.FLOAT
                ? new SinglePrecision(configuration, scratch)
                : new DoublePrecision(configuration);
        computation.setListeners(listeners);
        computation.setIndex(index);
        computation.setParamsViewArray(parameters);
        computation.setParamTable(initializer().init(configuration, parameters, initialize));
        computation.setConf(configuration);
        return computation;
    }

    @Override
    public ParamInitializer initializer() {
        return DefaultParamInitializer.getInstance();
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        throw new UnsupportedOperationException("memory reports are DL4J's user interface, which is left out");
    }

    /** The layer at work. */
    private abstract static class Computation extends BaseLayer<BatchDense> {
        private static final long serialVersionUID = 1L;

        Computation(NeuralNetConfiguration configuration, DataType type) {
            super(configuration, type);
        }

        @Override
        public boolean isPretrainLayer() {
            return false;
        }

        /** The same memory for every batch of a size: fresh pages cost more than the product that fills them. */
        final INDArray reuse(INDArray array, long rows, long columns) {
            return array != null && array.size(0) == rows
                    ? array
                    : Nd4j.createUninitialized(dataType, new long[] {rows, columns}, 'f');
        }

        final INDArray weights() {
            return getParam(DefaultParamInitializer.WEIGHT_KEY);
        }

        final INDArray bias() {
            return getParam(DefaultParamInitializer.BIAS_KEY);
        }

        final INDArray weightGradient() {
            return gradientViews.get(DefaultParamInitializer.WEIGHT_KEY);
        }

        final INDArray biasGradient() {
            return gradientViews.get(DefaultParamInitializer.BIAS_KEY);
        }

        /** What DL4J wants back from a backward pass, once the gradient's views are filled. */
        final Pair<Gradient, INDArray> result(INDArray inputGradient) {
            Gradient gradient = new DefaultGradient();
            gradient.gradientForVariable().put(DefaultParamInitializer.BIAS_KEY, biasGradient());
            gradient.gradientForVariable().put(DefaultParamInitializer.WEIGHT_KEY, weightGradient());
            return new Pair<>(gradient, inputGradient);
        }
    }

    /** In single precision: {@link DenseLoops}. */
    private static final class SinglePrecision extends Computation {
        private static final long serialVersionUID = 1L;

        private transient INDArray result;
        private transient INDArray inputGradient;
        private transient float[] parameters;
        private transient float[] gradient;
        private transient float[][] in = new float[0][0];
        private transient float[][] out = new float[0][0];
        private transient float[][] delta = new float[0][0];
        private final transient DenseLoops.Scratch scratch;

        SinglePrecision(NeuralNetConfiguration configuration, DenseLoops.Scratch scratch) {
            super(configuration, DataType.FLOAT);
            this.scratch = scratch;
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            int rows = (int) input.size(0);
            int inputs = (int) weights().size(0);
            int outputs = (int) weights().size(1);
            if (in.length == 0 || in[0].length < rows) {
                in = new float[inputs][rows];
                out = new float[outputs][rows];
                delta = new float[outputs][rows];
                parameters = new float[(inputs + 1) * outputs];
                gradient = new float[inputs * outputs];
            }
            read(input, in, rows);
            floats(weights()).get(parameters, 0, inputs * outputs);
            floats(bias()).get(parameters, inputs * outputs, outputs);
            DenseLoops.forward(parameters, 0, inputs * outputs, in, out, rows);
            Activation activation = layerConf().activation;
            if (activation != null) {
                for (float[] feature : out) {
                    activation.apply(feature, 0, rows);
                }
            }
            result = reuse(result, rows, outputs);
            write(out, rows, result);
            return result;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            int rows = (int) input.size(0);
            Activation activation = layerConf().activation;
            read(epsilon.ordering() == 'f' ? epsilon : epsilon.dup('f'), delta, rows);
            if (activation != null) {
                for (int i = 0; i < delta.length; i++) {
                    activation.backward(out[i], delta[i], rows);
                }
            }
            DenseLoops.weightGradient(in, delta, gradient, rows, scratch);
            floats(weightGradient()).put(gradient, 0, gradient.length);
            float[] biasGradient = new float[delta.length];
            DenseLoops.biasGradient(delta, biasGradient, rows);
            floats(biasGradient()).put(biasGradient, 0, biasGradient.length);
            if (layerConf().first) {
                return result(null);
            }
            // The input has been used for the last time: its place is taken by its gradient.
            DenseLoops.inputGradient(parameters, delta, in, rows);
            inputGradient = reuse(inputGradient, rows, in.length);
            write(in, rows, inputGradient);
            return result(inputGradient);
        }

        private static void read(INDArray array, float[][] features, int rows) {
            FloatBuffer buffer = buffer(array);
            for (int feature = 0; feature < features.length; feature++) {
                buffer.get(feature * rows, features[feature], 0, rows);
            }
            // The buffer does not keep the array from being collected, and its memory with it, while this reads.
            Reference.reachabilityFence(array);
        }

        private static void write(float[][] features, int rows, INDArray array) {
            FloatBuffer buffer = buffer(array);
            for (int feature = 0; feature < features.length; feature++) {
                buffer.put(feature * rows, features[feature], 0, rows);
            }
            Reference.reachabilityFence(array);
        }

        private static FloatBuffer buffer(INDArray array) {
            return new FloatPointer(floats(array)).capacity(array.length()).asBuffer();
        }

        private static FloatPointer floats(INDArray array) {
            return (FloatPointer) array.data().addressPointer();
        }
    }

    /** In double precision, for tests by finite differences: with ND4J's own products. */
    private static final class DoublePrecision extends Computation {
        private static final long serialVersionUID = 1L;

        private transient INDArray result;

        DoublePrecision(NeuralNetConfiguration configuration) {
            super(configuration, DataType.DOUBLE);
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
            result = Nd4j.createUninitialized(
                    dataType, new long[] {input.size(0), weights().size(1)}, 'f');
            Nd4j.gemm(input, weights(), result, false, false, 1, 0);
            result.addiRowVector(bias());
            Activation activation = layerConf().activation;
            if (activation != null) {
                for (long i = 0; i < result.length(); i++) {
                    result.data().put(i, activation.apply(result.data().getDouble(i)));
                }
            }
            return result;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
            INDArray delta = epsilon.dup('f');
            Activation activation = layerConf().activation;
            if (activation != null) {
                for (long i = 0; i < delta.length(); i++) {
                    double slope = activation.derivative(result.data().getDouble(i));
                    delta.data().put(i, delta.data().getDouble(i) * slope);
                }
            }
            delta.sum(biasGradient(), 0);
            Nd4j.gemm(input, delta, weightGradient(), true, false, 1, 0);
            if (layerConf().first) {
                return result(null);
            }
            INDArray inputGradient = Nd4j.createUninitialized(
                    dataType, new long[] {input.size(0), weights().size(0)}, 'f');
            Nd4j.gemm(delta, weights(), inputGradient, false, true, 1, 0);
            return result(inputGradient);
        }
    }
}
