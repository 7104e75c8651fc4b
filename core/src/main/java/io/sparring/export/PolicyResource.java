package io.sparring.export;

import io.sparring.environment.Space;
import io.sparring.format.Format;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Filters;
import io.sparring.network.Input;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.network.Trunk;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The resource of a policy's jar: what {@link JarPolicy} acts by.
 *
 * @param model the network, with a normaliser of observations alone
 * @param actions the action space
 * @param stateDependent whether its noise depends on the state
 * @param masks whether some actions are forbidden at times
 */
record PolicyResource(Model model, Space actions, boolean stateDependent, boolean masks) {
    /** Its name, beside {@link JarPolicy}. */
    static final String NAME = "policy";

    private static final Format FORMAT = new Format("SPPO", "a policy", new Versions(1, 1));
    private static final int ROOM = 1024;

    static PolicyResource of(ExportedPolicy policy) {
        Model model = policy.model();
        return new PolicyResource(
                model.with(new Normalizer(model.normalizer().observations(), RunningMoments.none(0))),
                policy.environment().actionSpace(),
                policy.distribution().features() > 0,
                policy.environment().masks());
    }

    /** Whose likeliest actions and descriptions are the exported policy's; for how long noise lasts is nothing to these. */
    Policy policy() {
        ActionDistribution distribution = stateDependent && actions instanceof Space.Box box
                ? ActionDistribution.stateDependent(
                        box, model.architecture().policy().layer().input().size(), 1)
                : ActionDistribution.of(actions);
        return new Policy(model, actions, distribution);
    }

    byte[] bytes() {
        return FORMAT.write(this::write, model.parameters().length * Float.BYTES + ROOM);
    }

    static PolicyResource read(byte[] bytes) throws Unreadable {
        return FORMAT.read(bytes, (in, version) -> {
            try {
                Architecture architecture = architecture(in);
                float[] parameters = in.floats();
                RunningMoments observations = new RunningMoments(in.integer64(), in.doubles(), in.doubles());
                Normalizer normalizer = new Normalizer(observations, RunningMoments.none(0));
                return new PolicyResource(
                        new Model(architecture, parameters, normalizer), space(in), in.flag(), in.flag());
            } catch (IllegalArgumentException e) {
                throw new Unreadable.Damaged("it has " + e.getMessage());
            }
        });
    }

    private void write(Output out) {
        write(model.architecture(), out);
        out.floats(model.parameters());
        RunningMoments observations = model.normalizer().observations();
        out.integer64(observations.count());
        out.doubles(observations.means());
        out.doubles(observations.squares());
        write(actions, out);
        out.flag(stateDependent);
        out.flag(masks);
    }

    private static void write(Architecture architecture, Output out) {
        out.text(architecture.kind().name());
        Trunk trunk = architecture.trunk();
        out.integer(trunk.inputs().size());
        for (Input input : trunk.inputs()) {
            out.text(input.name());
            out.integers(integers(input.shape()));
            out.text(input.order().name());
            out.flag(input.bytes());
        }
        out.integer(trunk.convolutions().size());
        for (Filters filters : trunk.convolutions()) {
            out.integers(new int[] {filters.filters(), filters.kernel(), filters.stride()});
        }
        out.integers(integers(trunk.hidden()));
        out.flag(trunk.layerNorm());
        out.text(trunk.activation().name());
        out.text(architecture.memory().kind().name());
        out.integer(architecture.memory().size());
        out.integer(architecture.policyOutputs());
        out.integer(architecture.freeParameters());
    }

    private static Architecture architecture(io.sparring.format.Input in) throws Unreadable {
        Architecture.Kind kind = Architecture.Kind.valueOf(in.text());
        List<Input> inputs = new ArrayList<>();
        for (int count = in.length(1); count > 0; count--) {
            inputs.add(new Input(in.text(), list(in.integers()), Input.Order.valueOf(in.text()), in.flag()));
        }
        List<Filters> convolutions = new ArrayList<>();
        for (int count = in.length(1); count > 0; count--) {
            int[] filters = in.integers();
            if (filters.length != 3) {
                throw new Unreadable.Damaged("filters are described by " + filters.length + " numbers");
            }
            convolutions.add(new Filters(filters[0], filters[1], filters[2]));
        }
        List<Integer> hidden = list(in.integers());
        boolean layerNorm = in.flag();
        Trunk trunk = new Trunk(inputs, convolutions, hidden, layerNorm, Activation.valueOf(in.text()));
        Memory memory = new Memory(Memory.Kind.valueOf(in.text()), in.integer());
        return new Architecture(kind, trunk, memory, in.integer(), in.integer());
    }

    private static void write(Space space, Output out) {
        if (space instanceof Space.Discrete discrete) {
            out.text("Discrete");
            out.integer(discrete.n());
        } else if (space instanceof Space.MultiDiscrete several) {
            out.text("MultiDiscrete");
            out.integers(several.sizes());
        } else if (space instanceof Space.MultiBinary bits) {
            out.text("MultiBinary");
            out.integer(bits.n());
        } else if (space instanceof Space.Box box) {
            out.text("Box");
            out.floats(box.low());
            out.floats(box.high());
        }
    }

    private static Space space(io.sparring.format.Input in) throws Unreadable {
        String kind = in.text();
        return switch (kind) {
            case "Discrete" -> new Space.Discrete(in.integer());
            case "MultiDiscrete" -> new Space.MultiDiscrete(in.integers());
            case "MultiBinary" -> new Space.MultiBinary(in.integer());
            case "Box" -> new Space.Box(in.floats(), in.floats());
            default -> throw new Unreadable.Damaged("there are no actions of the kind " + kind);
        };
    }

    private static int[] integers(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> list(int[] integers) {
        return Arrays.stream(integers).boxed().toList();
    }
}
