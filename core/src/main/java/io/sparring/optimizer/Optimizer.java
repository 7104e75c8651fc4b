package io.sparring.optimizer;

import io.sparring.configuration.Configuration;
import io.sparring.network.NativeMath;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * One of ND4J's updaters on the flat vectors of parameters and gradients. The native library is loaded by the first step, so
 * that making an optimiser costs nothing. Used by one thread at a time.
 */
public final class Optimizer {
    private final IUpdater options;
    private final int parameterCount;
    private float[] state;
    private int steps;
    private Native started;

    /** The updater at work, and the arrays it works on. */
    private record Native(GradientUpdater<?> updater, INDArray state, INDArray step) {}

    /**
     * @param options which updater, and its constants
     * @param parameterCount the length of the vectors
     */
    public Optimizer(Configuration.Optimizer options, int parameterCount) {
        this.options = options.kind().updater(options);
        this.parameterCount = parameterCount;
        state = new float[(int) this.options.stateSize(parameterCount)];
    }

    /**
     * θ − step(∇).
     *
     * @param parameters θ, left alone
     * @param gradient ∇, of the same length, left alone
     * @param learningRate of this step
     * @return the next θ
     */
    public float[] step(float[] parameters, float[] gradient, double learningRate) {
        if (started == null) {
            started = start();
        }
        options.setLrAndSchedule(learningRate, null);
        FloatPointer change = floats(started.step());
        change.put(gradient, 0, parameterCount);
        started.updater().applyUpdater(started.step(), steps, 0);
        steps++;
        float[] next = new float[parameterCount];
        change.get(next, 0, parameterCount);
        for (int i = 0; i < parameterCount; i++) {
            next[i] = parameters[i] - next[i];
        }
        return next;
    }

    private Native start() {
        NativeMath.useOneThread();
        INDArray stateArray = state.length == 0 ? null : Nd4j.zeros(DataType.FLOAT, 1, state.length);
        GradientUpdater<?> updater = options.instantiate(stateArray, true);
        if (stateArray != null && steps > 0) {
            floats(stateArray).put(state, 0, state.length);
        }
        return new Native(updater, stateArray, Nd4j.zeros(DataType.FLOAT, 1, parameterCount));
    }

    /** The moving averages, as one vector; empty where there are none. */
    public float[] state() {
        if (started != null && started.state() != null) {
            floats(started.state()).get(state, 0, state.length);
        }
        return state.clone();
    }

    /** How many steps were taken. */
    public int steps() {
        return steps;
    }

    /** Goes on from where {@link #state()} and {@link #steps()} were taken. Before the first step. */
    public void restore(float[] savedState, int savedSteps) {
        if (savedSteps > 0) {
            if (savedState.length != state.length) {
                throw new IllegalArgumentException(
                        "an optimiser state of " + savedState.length + " floats, not " + state.length);
            }
            state = savedState.clone();
            steps = savedSteps;
        }
    }

    private static FloatPointer floats(INDArray array) {
        return (FloatPointer) array.data().addressPointer();
    }
}
