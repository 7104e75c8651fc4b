package io.sparring.dl4j;

import io.sparring.environment.Space;
import io.sparring.network.Model;
import io.sparring.spark.pretraining.GraphFitting;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import scala.Tuple2;

/** What other rooms' tests do with graphs. */
public final class GraphsOfTests {
    private GraphsOfTests() {}

    /**
     * What dl4j-spark's feedForwardWithKey says of rows of a model of one choice.
     *
     * @return by the row: the choices' probabilities, and the value
     */
    public static Map<Integer, float[]> feedForwardWithKey(JavaSparkContext spark, Model model, float[] observations) {
        int size = model.architecture().observationSize();
        LearningGraph learning = new LearningGraph(
                model.architecture(),
                new Space.Discrete(model.architecture().policyOutputs()),
                false,
                new GraphFitting.Scale(0, 1, new double[0]),
                1);
        ComputationGraph graph = learning.create(new NoOp());
        learning.setModel(graph, model);
        List<Tuple2<Integer, INDArray[]>> rows = IntStream.range(0, observations.length / size)
                .mapToObj(row -> new Tuple2<>(row, new INDArray[] {
                    Nd4j.create(
                            Arrays.copyOfRange(observations, row * size, (row + 1) * size), new long[] {1, size}, 'c')
                }))
                .toList();
        Map<Integer, float[]> answers = new HashMap<>();
        new SparkComputationGraph(spark, graph, null)
                .feedForwardWithKey(spark.parallelizePairs(rows, 2), 64)
                .mapValues(outputs -> {
                    float[] all = new float[(int) outputs[0].length() + 1];
                    for (int i = 0; i < all.length - 1; i++) {
                        all[i] = outputs[0].getFloat(i);
                    }
                    all[all.length - 1] = outputs[1].getFloat(0);
                    return all;
                })
                .collect()
                .forEach(answer -> answers.put(answer._1(), answer._2()));
        return answers;
    }
}
