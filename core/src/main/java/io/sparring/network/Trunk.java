package io.sparring.network;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a head stands on: each image through convolutions of its own, what they give joined with the vectors in the inputs' order, then
 * hidden layers. Weights are the concern of {@link Architecture}.
 *
 * @param inputs what is looked at, in the order of an observation's numbers; at least one
 * @param convolutions of each image, from the first on; empty: images are looked at as vectors
 * @param hidden the sizes of the hidden layers, each at least 1; may be empty
 * @param layerNorm whether each hidden layer is normalised before its activation; see {@link LayerNorm}
 * @param activation what follows each convolution and each hidden layer
 */
public record Trunk(
        List<Input> inputs, List<Filters> convolutions, List<Integer> hidden, boolean layerNorm, Activation activation)
        implements Serializable {

    /** @throws IllegalArgumentException if a convolution does not fit what it sees, with all sizes up to there */
    public Trunk {
        inputs = List.copyOf(inputs);
        convolutions = List.copyOf(convolutions);
        hidden = List.copyOf(hidden);
        for (Input input : inputs) {
            requireFit(input, convolutions);
        }
    }

    /** Of hidden layers on a vector. */
    public static Trunk dense(int observationSize, List<Integer> hidden, Activation activation) {
        return new Trunk(
                List.of(Input.vector(Architecture.INPUT, observationSize)), List.of(), hidden, false, activation);
    }

    private static void requireFit(Input input, List<Filters> convolutions) {
        if (input.order() == Input.Order.VECTOR) {
            return;
        }
        Shape seen = input.seen();
        StringBuilder sizes = new StringBuilder(seen.toString());
        for (Filters filters : convolutions) {
            seen = Convolution.output(seen, filters);
            sizes.append(" → ").append(filters);
            if (seen.sizes().contains(0)) {
                throw new IllegalArgumentException(sizes + ", which does not fit");
            }
            sizes.append(" → ").append(seen);
            try {
                seen.size();
            } catch (ArithmeticException overflow) {
                throw new IllegalArgumentException(sizes + ", which is more than an array holds", overflow);
            }
        }
    }

    /** How many numbers an observation has. */
    public int observationSize() {
        return inputs.stream().mapToInt(Input::size).reduce(0, Math::addExact);
    }

    /** How many numbers come out below the hidden layers. */
    public int joined() {
        int joined = 0;
        for (Input input : inputs) {
            List<Convolution> layers = convolutions(input);
            Shape shape = layers.isEmpty()
                    ? input.seen()
                    : layers.get(layers.size() - 1).output();
            joined = Math.addExact(joined, shape.size());
        }
        return joined;
    }

    /** What an input goes through, from the first on; nothing for a vector. */
    List<Convolution> convolutions(Input input) {
        List<Convolution> layers = new ArrayList<>();
        if (input.order() != Input.Order.VECTOR) {
            Shape shape = input.seen();
            for (Filters filters : convolutions) {
                layers.add(new Convolution(shape, filters, activation, activation.gain));
                shape = layers.get(layers.size() - 1).output();
            }
        }
        return layers;
    }

    /** How many parameters the convolutions have. */
    public double convolutionParameters() {
        double count = 0;
        for (Input input : inputs) {
            for (Convolution layer : convolutions(input)) {
                count += (layer.taps() + 1.0) * layer.filters().filters();
            }
        }
        return count;
    }

    /** How many numbers of one row the largest layer below the hidden ones has. */
    public int widest() {
        int widest = joined();
        for (Input input : inputs) {
            widest = Math.max(widest, input.size());
            for (Convolution layer : convolutions(input)) {
                widest = Math.max(widest, layer.output().size());
            }
        }
        return widest;
    }

    /** How many numbers come out at the end. */
    public int features() {
        return hidden.isEmpty() ? joined() : hidden.get(hidden.size() - 1);
    }
}
