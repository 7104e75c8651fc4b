package io.sparring.optimizer;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.sparring.configuration.Configuration;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** The optimisers by name: ND4J's updaters. A new one is one line here. */
public enum OptimizerKind {
    /** RMSProp (Tieleman and Hinton 2012). */
    @JsonProperty("rmsprop")
    RMSPROP {
        @Override
        IUpdater updater(Configuration.Optimizer options) {
            return new RmsProp(options.learningRate(), options.rmspropDecay(), options.epsilon());
        }
    },
    /** Adam (Kingma and Ba 2015). */
    @JsonProperty("adam")
    ADAM {
        @Override
        IUpdater updater(Configuration.Optimizer options) {
            return new Adam(options.learningRate(), options.adamBeta1(), options.adamBeta2(), options.epsilon());
        }
    },
    /** Plain gradient descent. */
    @JsonProperty("sgd")
    SGD {
        @Override
        IUpdater updater(Configuration.Optimizer options) {
            return new Sgd(options.learningRate());
        }
    };

    abstract IUpdater updater(Configuration.Optimizer options);
}
