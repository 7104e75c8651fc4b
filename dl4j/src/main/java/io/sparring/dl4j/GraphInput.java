package io.sparring.dl4j;

import io.sparring.network.Architecture;
import io.sparring.network.Input;
import io.sparring.network.ObservationScale;
import io.sparring.network.Observations;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An input of a graph.
 *
 * @param shape of a row of it
 * @param numbers which of an observation's numbers it takes, in its own order
 * @param bytes whether they are divided by the divisor; else they are normalised
 * @param divisor of bytes
 */
record GraphInput(long[] shape, int[] numbers, boolean bytes, float divisor) {

    /** What an architecture looks at, in the order of the graph's inputs. */
    static List<GraphInput> of(Architecture architecture) {
        List<GraphInput> inputs = new ArrayList<>();
        int from = 0;
        for (Input input : architecture.trunk().inputs()) {
            int first = from;
            inputs.add(new GraphInput(
                    input.seen().sizes().stream().mapToLong(Integer::longValue).toArray(),
                    IntStream.of(input.numbers()).map(number -> first + number).toArray(),
                    input.bytes(),
                    input.divisor()));
            from += input.size();
        }
        return inputs;
    }

    /**
     * So many rows of it.
     *
     * @param from the first number of the first row
     * @param size how many numbers an observation has
     * @param scale of what is normalised
     */
    INDArray array(Observations observations, int from, int size, int rows, ObservationScale scale) {
        int features = numbers.length;
        float[] copy = new float[rows * features];
        for (int i = 0; i < copy.length; i++) {
            int number = numbers[i % features];
            float given = observations.get(from + i / features * size + number);
            copy[i] = bytes ? given / divisor : scale.normalized(number, given);
        }
        long[] all =
                LongStream.concat(LongStream.of(rows), LongStream.of(shape)).toArray();
        return Nd4j.create(copy, all, 'c');
    }
}
