package io.sparring.configuration;

import io.sparring.configuration.Configuration.Network.Channels;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Architecture;
import io.sparring.network.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a network makes of an environment's observations: vectors, and images where there are convolutions to see them. */
final class Sight {
    private Sight() {}

    /** The inputs in the order of an observation's numbers; where all are read alike and nothing is an image they are one. */
    static List<Input> inputs(EnvironmentSpec environment, Channels channels, boolean convolutions) {
        Space.Box space = environment.observationSpace();
        List<Integer> shape = IntStream.of(space.shape()).boxed().toList();
        if (environment.parts().isEmpty()) {
            boolean bytes = isScaled(space, space.dtype(), 0, space.size());
            Input.Order order = convolutions && shape.size() > 1 ? order(shape, channels) : Input.Order.VECTOR;
            return List.of(new Input(Architecture.INPUT, shape, order, bytes));
        }
        List<Input> inputs = new ArrayList<>();
        int from = 0;
        for (EnvironmentSpec.Part part : environment.parts()) {
            int size = part.size();
            boolean flat = part.shape().size() < 2 || part.shape().size() == 2 && part.dtype() == Space.Dtype.FLOAT32;
            boolean bytes = isScaled(space, part.dtype(), from, size);
            Input.Order order = convolutions && !flat ? order(part.shape(), channels) : Input.Order.VECTOR;
            inputs.add(new Input(Architecture.INPUT + "." + part.name(), part.shape(), order, bytes));
            from += size;
        }
        return merged(inputs);
    }

    /** Stable-Baselines3's rule, of the last three dimensions where there are more: those before them are a stack. */
    private static Input.Order order(List<Integer> shape, Channels channels) {
        int last = shape.size() - 1;
        boolean first = last < 2
                || channels == Channels.FIRST
                || channels == Channels.AUTO && shape.get(last - 2) <= shape.get(last);
        return first ? Input.Order.CHANNELS_FIRST : Input.Order.CHANNELS_LAST;
    }

    /** Bytes are divided by 255, unless all that they can be is 0 and 1. */
    private static boolean isScaled(Space.Box space, Space.Dtype dtype, int from, int size) {
        return dtype == Space.Dtype.UINT8 && IntStream.range(from, from + size).anyMatch(i -> space.high()[i] > 1);
    }

    private static List<Input> merged(List<Input> inputs) {
        Input first = inputs.get(0);
        if (!inputs.stream().allMatch(input -> input.order() == Input.Order.VECTOR && input.bytes() == first.bytes())) {
            return inputs;
        }
        int size = inputs.stream().mapToInt(Input::size).sum();
        return List.of(new Input(Architecture.INPUT, List.of(size), Input.Order.VECTOR, first.bytes()));
    }
}
