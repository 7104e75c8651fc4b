package io.sparring.spark.training;

import io.sparring.Explanation;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.spark.session.JobFailures;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What an executor says of a run that has not begun, where the driver lacks the Python that its environment needs.
 *
 * @param spec what the environment is
 * @param state where the run begins: the same wherever it is computed
 */
public record FirstState(EnvironmentSpec spec, TrainingState state) implements Serializable {

    /**
     * @throws InvalidConfiguration if an executor says so
     * @throws TrainingFailed if executors lack the Python, too
     */
    public static FirstState of(JavaSparkContext spark, Configuration configuration) {
        JobFailures failures = JobFailures.of(spark);
        spark.setJobDescription("what the environment is, and its first episodes");
        try {
            return spark.parallelize(List.of(configuration), 1)
                    .map(FirstState::onThisExecutor)
                    .first();
        } catch (Exception e) {
            throw SparkRounds.failed(
                    failures, "describing " + configuration.environment().id(), e);
        } finally {
            spark.sc().removeSparkListener(failures);
        }
    }

    private static FirstState onThisExecutor(Configuration configuration) {
        try {
            EnvironmentSource source = configuration.environment().resolve();
            configuration.requireEvaluation(source);
            return new FirstState(source.spec(), TrainingState.first(configuration, source));
        } catch (RuntimeException e) {
            throw new TrainingFailed(ThisExecutor.after("tried") + Explanation.of(e), e);
        }
    }
}
