package io.sparring.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.imitation.Lesson;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.RunningMoments;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.random.Streams;
import io.sparring.spark.pretraining.GraphFitting;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Sgd;

/** A step of stochastic gradient descent by DL4J's losses is one by ours. */
class LearningGraphTest {
    private static final int ROWS = 9;
    private static final int OBSERVED = 4;
    private static final double VALUE_WEIGHT = 0.25;

    static Stream<Arguments> tasks() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, new Space.Discrete(3), false, false),
                        Arguments.of(kind, new Space.Discrete(3), true, false),
                        Arguments.of(kind, new Space.Discrete(3), true, true),
                        Arguments.of(kind, new Space.MultiDiscrete(new int[] {2, 3}), true, true),
                        Arguments.of(kind, new Space.MultiBinary(3), false, true),
                        Arguments.of(kind, Space.Box.of(2, -1, 1), false, true)));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void aStepOfTheStockLossesIsThatOfTheLikelihoodAndTheSquaredError(
            Architecture.Kind kind, Space space, boolean masks, boolean weights) {
        ActionDistribution distribution = ActionDistribution.of(space);
        Architecture architecture = new Architecture(
                kind, List.of(6, 5), Activation.TANH, OBSERVED, distribution.outputs(), distribution.freeParameters());
        UniformRandomProvider random = Streams.of(3);
        Normalizer normalizer = new Normalizer(
                new RunningMoments(10, new double[] {0.1, 0, -0.2, 0}, new double[] {10, 20, 5, 10}),
                RunningMoments.none(0));
        Model model = new Model(architecture, uniform(random, architecture.parameterCount()), normalizer);
        GraphFitting.Scale scale =
                new GraphFitting.Scale(3, 2, space instanceof Space.Box ? new double[] {0.5, 2} : new double[0]);
        Lesson lesson = lesson(space, distribution, masks, weights, random);
        LearningGraph learning = new LearningGraph(architecture, space, masks, scale, VALUE_WEIGHT);
        ComputationGraph graph = learning.create(new Sgd(1));
        learning.setModel(graph, model);
        // In the units in which the graph learns, of which only the critic's head knows.
        Model before = learning.model(graph, model);

        graph.fit(learning.dataSet(lesson, normalizer));

        assertThat(before.parameters()).containsExactly(model.parameters(), within(1e-5f));
        double[] expected = gradient(model, space, distribution, lesson, scale);
        float[] learned = learning.model(graph, model).parameters();
        Architecture.Node head = architecture.nodes().stream()
                .filter(node -> node.name().equals(Architecture.VALUE))
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < architecture.layerParameterCount(); i++) {
            // The critic's head is divided by the targets' deviation, and so is what it learns: a step of it here is σ²
            // of one there.
            double unit = i >= head.offset() && i < head.offset() + head.layer().parameterCount()
                    ? scale.targetDeviation() * scale.targetDeviation()
                    : 1;
            assertThat((model.parameters()[i] - learned[i]) / unit)
                    .as("parameter %d of %s", i, architecture)
                    .isCloseTo(expected[i] / ROWS, within(2e-5));
        }
    }

    private static Lesson lesson(
            Space space,
            ActionDistribution distribution,
            boolean masks,
            boolean weights,
            UniformRandomProvider random) {
        int size = distribution.actionSize();
        float[] actions = new float[ROWS * size];
        boolean[] allowed = new boolean[masks ? ROWS * space.maskSize() : 0];
        for (int row = 0; row < ROWS; row++) {
            int from = 0;
            for (int i = 0; i < size; i++) {
                int choices = space instanceof Space.MultiDiscrete several
                        ? several.sizes()[i]
                        : space instanceof Space.Discrete one ? one.n() : 2;
                int action = random.nextInt(choices);
                actions[row * size + i] = space instanceof Space.Box ? random.nextFloat() : action;
                for (int choice = 0; choice < choices && masks; choice++) {
                    allowed[row * space.maskSize() + from + choice] = choice == action || random.nextBoolean();
                }
                from += choices;
            }
        }
        float[] counts = new float[weights ? ROWS : 0];
        float[] targets = uniform(random, ROWS);
        for (int i = 0; i < counts.length; i++) {
            counts[i] = 0.5f + 2 * random.nextFloat();
        }
        return new Lesson(new Observations.Floats(uniform(random, ROWS * OBSERVED)), actions, allowed, counts, targets);
    }

    /** Of Σ −w log π(a|s) + c ((R − V)/σ)² with our engine and our distributions; of numbers with σ of the actions. */
    private static double[] gradient(
            Model model, Space space, ActionDistribution distribution, Lesson lesson, GraphFitting.Scale scale) {
        Network network = new Network(model.architecture());
        network.setModel(model);
        network.forward(lesson.observations(), 0, ROWS);
        Masks.apply(network.policyOutputs(), lesson.allowed(), 0);
        double[] free = new double[distribution.freeParameters()];
        for (int i = 0; i < free.length; i++) {
            free[i] = Math.log(scale.actionDeviations()[i]);
        }
        double[] row = new double[distribution.outputs()];
        for (int i = 0; i < ROWS; i++) {
            PolicyBatch.of(network, free).read(i, row);
            double[] gradient = new double[row.length];
            distribution.addGradient(
                    row,
                    0,
                    free,
                    lesson.actions(),
                    i * distribution.actionSize(),
                    -(lesson.weights().length == 0 ? 1 : lesson.weights()[i]),
                    0,
                    gradient,
                    new double[free.length]);
            for (int output = 0; output < row.length; output++) {
                network.policyGradient().set(output, i, (float) gradient[output]);
            }
            double unit = scale.targetDeviation() * scale.targetDeviation();
            double error = network.values().get(0, i) - lesson.targets()[i];
            network.valueGradient().set(0, i, (float) (2 * VALUE_WEIGHT * error / unit));
        }
        double[] gradient = new double[model.parameters().length];
        network.backward(true, true, gradient);
        return gradient;
    }

    private static float[] uniform(UniformRandomProvider random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }
}
