package io.sparring.export;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Architecture;
import io.sparring.network.Batch;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.random.Streams;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * A step of many copies by the plain engine: what a file's graph is given, and what it should give.
 *
 * @param inputs by the names and in the order of the file
 * @param outputs likewise
 * @param actions the likeliest, row by row
 */
record Step(List<Tensor> inputs, List<Tensor> outputs, float[] actions) {
    /** @param bytes in the row-major order of these dimensions, little-endian */
    record Tensor(String name, String type, long[] shape, byte[] bytes) {
        static Tensor floats(String name, float[] values, long... shape) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return new Tensor(name, "float32", shape, bytes.array());
        }

        float[] floats() {
            float[] values = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return values;
        }
    }

    /** What the first copy observes, one part behind the other. */
    float[] observation() {
        float[] observation = new float[0];
        for (Tensor input : inputs) {
            if (input.name().startsWith("observation")) {
                int from = observation.length;
                int size = (int) (Arrays.stream(input.shape()).reduce(1, (a, b) -> a * b) / input.shape()[0]);
                observation = Arrays.copyOf(observation, from + size);
                for (int i = 0; i < size; i++) {
                    observation[from + i] = input.type().equals("uint8") ? input.bytes()[i] & 0xff : input.floats()[i];
                }
            }
        }
        return observation;
    }

    /** What the first copy is allowed; none where everything is. */
    boolean[] mask() {
        boolean[] mask = new boolean[0];
        for (Tensor input : inputs) {
            if (input.name().equals("mask")) {
                mask = new boolean[(int) input.shape()[1]];
                for (int i = 0; i < mask.length; i++) {
                    mask[i] = input.bytes()[i] == 1;
                }
            }
        }
        return mask;
    }

    /** So many copies, each with memories of its own where there are any. */
    static final class Copies {
        private final ExportedPolicy policy;
        private final int rows;
        private final Network network;
        private final UniformRandomProvider random;
        private float[] states;

        Copies(ExportedPolicy policy, int rows, long seed) {
            this.policy = policy;
            this.rows = rows;
            network = new Network(policy.model().architecture());
            network.setModel(policy.model());
            random = Streams.of(seed);
            states = new float[rows * policy.model().architecture().stateSize()];
        }

        Step next() {
            Architecture architecture = policy.model().architecture();
            EnvironmentSpec environment = policy.environment();
            List<Tensor> inputs = new ArrayList<>();
            float[] observations = observations(inputs);
            boolean[] mask = mask(environment.actionSpace());
            if (environment.masks()) {
                byte[] flags = new byte[mask.length];
                for (int i = 0; i < mask.length; i++) {
                    flags[i] = (byte) (mask[i] ? 1 : 0);
                }
                inputs.add(new Tensor("mask", "bool", new long[] {rows, mask.length / rows}, flags));
            }
            Past past = Past.NONE;
            if (states.length > 0) {
                inputs.add(Tensor.floats("state", states, rows, architecture.stateSize()));
                past = Past.before(states.clone(), rows);
            }
            network.forward(given(observations), 0, rows, past);
            states = new float[states.length];
            network.remember(states, 0);
            Masks.apply(network.policyOutputs(), environment.masks() ? mask : new boolean[0], 0);

            List<Tensor> outputs = new ArrayList<>();
            float[] heads = rowByRow(network.policyOutputs());
            if (environment.actionSpace() instanceof Space.Box) {
                outputs.add(Tensor.floats("mean", heads, rows, architecture.policyOutputs()));
                outputs.add(Tensor.floats("log_sigma", logSigma(heads), rows, architecture.policyOutputs()));
            } else {
                outputs.add(Tensor.floats("logits", heads, rows, architecture.policyOutputs()));
            }
            outputs.add(Tensor.floats("value", rowByRow(network.values()), rows));
            if (states.length > 0) {
                outputs.add(Tensor.floats("new_state", states, rows, architecture.stateSize()));
            }
            int size = policy.distribution().actionSize();
            float[] actions = new float[rows * size];
            for (int row = 0; row < rows; row++) {
                policy.distribution().mode(network.policyOutputs(), row, actions, row * size);
            }
            return new Step(inputs, outputs, actions);
        }

        /** Row by row, each part as it is observed. */
        private float[] observations(List<Tensor> inputs) {
            EnvironmentSpec environment = policy.environment();
            List<EnvironmentSpec.Part> parts = environment.parts();
            Space.Box box = environment.observationSpace();
            if (parts.isEmpty()) {
                parts = List.of(new EnvironmentSpec.Part(
                        "", box.dtype(), Arrays.stream(box.shape()).boxed().toList()));
            }
            float[] observations = new float[rows * box.size()];
            int from = 0;
            for (EnvironmentSpec.Part part : parts) {
                int size = Policies.size(part);
                boolean bytes = part.dtype() == Space.Dtype.UINT8;
                byte[] whole = new byte[rows * size];
                float[] real = new float[rows * size];
                for (int i = 0; i < real.length; i++) {
                    float high = box.high()[from + i % size];
                    real[i] = bytes ? random.nextInt((int) high + 1) : high * (2 * random.nextFloat() - 1) * 0.3f;
                    whole[i] = (byte) real[i];
                    observations[i / size * box.size() + from + i % size] = real[i];
                }
                String name = part.name().isEmpty() ? "observation" : "observation." + part.name();
                long[] shape = new long[part.shape().size() + 1];
                shape[0] = rows;
                for (int i = 1; i < shape.length; i++) {
                    shape[i] = part.shape().get(i - 1);
                }
                inputs.add(bytes ? new Tensor(name, "uint8", shape, whole) : Tensor.floats(name, real, shape));
                from += size;
            }
            return observations;
        }

        private Observations given(float[] numbers) {
            if (policy.environment().observationSpace().dtype() == Space.Dtype.FLOAT32) {
                return new Observations.Floats(numbers);
            }
            Observations bytes = new Observations.Bytes(new byte[numbers.length]);
            bytes.put(0, new Observations.Floats(numbers), 0, numbers.length);
            return bytes;
        }

        /** Two of three are allowed, and of every choice at least one. */
        private boolean[] mask(Space space) {
            boolean[] flags = new boolean[rows * space.maskSize()];
            for (int row = 0; row < rows && flags.length > 0; row++) {
                do {
                    for (int i = 0; i < space.maskSize(); i++) {
                        flags[row * space.maskSize() + i] = random.nextInt(3) > 0;
                    }
                } while (!space.leavesAny(flags, row * space.maskSize()));
            }
            return flags;
        }

        private float[] logSigma(float[] means) {
            int dimensions = policy.distribution().outputs();
            double[] free = policy.distribution().prepare(policy.model().freeParameters());
            PolicyBatch batch = PolicyBatch.of(network, free);
            float[] described = new float[2 * dimensions];
            float[] logSigma = new float[means.length];
            for (int row = 0; row < rows; row++) {
                policy.distribution().describe(batch, row, described, 0);
                System.arraycopy(described, dimensions, logSigma, row * dimensions, dimensions);
            }
            return logSigma;
        }

        private static float[] rowByRow(Batch batch) {
            float[] values = new float[batch.rows() * batch.features()];
            for (int i = 0; i < values.length; i++) {
                values[i] = batch.get(i % batch.features(), i / batch.features());
            }
            return values;
        }
    }
}
