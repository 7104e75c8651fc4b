package io.sparring.spark.table;

import static org.apache.parquet.schema.LogicalTypeAnnotation.listType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Observations;
import io.sparring.rollout.LoggedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** A step as a row of Parquet. A change of it is another {@link #VERSION}. */
final class TrajectorySchema extends WriteSupport<LoggedStep> {
    /** What files say of themselves, and the version of these columns. */
    static final String KEY = "sparring.trajectories";

    static final String VERSION = "1";

    private final EnvironmentSpec environment;
    private final Space actions;
    private RecordConsumer row;

    TrajectorySchema(EnvironmentSpec environment) {
        this.environment = environment;
        actions = environment.actionSpace();
    }

    @Override
    public WriteContext init(Configuration hadoop) {
        return new WriteContext(schema(), Map.of(KEY, VERSION, "sparring.environment", environment.id()));
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        row = consumer;
    }

    MessageType schema() {
        List<Type> fields = new ArrayList<>();
        fields.add(Types.required(INT64).named("episode"));
        fields.add(Types.required(INT32).named("t"));
        fields.add(
                environment.parts().isEmpty()
                        ? numbers("observation", environment.observationSpace().dtype())
                        : new GroupType(
                                Type.Repetition.REQUIRED,
                                "observation",
                                environment.parts().stream()
                                        .map(part -> numbers(part.name(), part.dtype()))
                                        .toList()));
        fields.add(
                actions instanceof Space.Discrete
                        ? Types.required(INT32).named("action")
                        : list("action", actions instanceof Space.Box ? FLOAT : INT32, Type.Repetition.REQUIRED));
        fields.add(list("mask", BOOLEAN, Type.Repetition.OPTIONAL));
        fields.add(Types.required(FLOAT).named("reward"));
        fields.add(Types.required(BOOLEAN).named("terminated"));
        fields.add(Types.required(BOOLEAN).named("truncated"));
        fields.add(Types.required(FLOAT).named("log_probability"));
        fields.add(Types.required(FLOAT).named("value"));
        return new MessageType("trajectory", fields);
    }

    private static Type numbers(String name, Space.Dtype dtype) {
        return dtype == Space.Dtype.UINT8
                ? Types.required(BINARY).named(name)
                : list(name, FLOAT, Type.Repetition.REQUIRED);
    }

    private static Type list(String name, PrimitiveTypeName element, Type.Repetition repetition) {
        return Types.buildGroup(repetition)
                .as(listType())
                .repeatedGroup()
                .addField(Types.required(element).named("element"))
                .named("list")
                .named(name);
    }

    @Override
    public void write(LoggedStep step) {
        row.startMessage();
        int[] index = {0};
        field(index, "episode", () -> row.addLong(step.episode()));
        field(index, "t", () -> row.addInteger(step.t()));
        field(index, "observation", () -> observation(step));
        int size = actions.size();
        if (actions instanceof Space.Discrete) {
            field(index, "action", () -> row.addInteger((int) step.actions()[step.actionAt()]));
        } else if (actions instanceof Space.Box) {
            field(index, "action", () -> list(size, i -> row.addFloat(step.actions()[step.actionAt() + i])));
        } else {
            field(index, "action", () -> list(size, i -> row.addInteger((int) step.actions()[step.actionAt() + i])));
        }
        if (step.allowed().length > 0) {
            field(
                    index,
                    "mask",
                    () -> list(actions.maskSize(), i -> row.addBoolean(step.allowed()[step.allowedAt() + i])));
        } else {
            index[0]++;
        }
        field(index, "reward", () -> row.addFloat(step.reward()));
        field(index, "terminated", () -> row.addBoolean(step.terminated()));
        field(index, "truncated", () -> row.addBoolean(step.truncated()));
        field(index, "log_probability", () -> row.addFloat((float) step.logProbability()));
        field(index, "value", () -> row.addFloat((float) step.value()));
        row.endMessage();
    }

    private void field(int[] index, String name, Runnable value) {
        row.startField(name, index[0]);
        value.run();
        row.endField(name, index[0]);
        index[0]++;
    }

    private void list(int count, IntConsumer element) {
        row.startGroup();
        row.startField("list", 0);
        for (int i = 0; i < count; i++) {
            row.startGroup();
            row.startField("element", 0);
            element.accept(i);
            row.endField("element", 0);
            row.endGroup();
        }
        row.endField("list", 0);
        row.endGroup();
    }

    private void observation(LoggedStep step) {
        Space.Box space = environment.observationSpace();
        if (environment.parts().isEmpty()) {
            numbers(step, 0, space.size(), space.dtype());
            return;
        }
        row.startGroup();
        int[] index = {0};
        int from = 0;
        for (EnvironmentSpec.Part part : environment.parts()) {
            int first = from;
            int size = part.size();
            field(index, part.name(), () -> numbers(step, first, size, part.dtype()));
            from += size;
        }
        row.endGroup();
    }

    private void numbers(LoggedStep step, int first, int count, Space.Dtype dtype) {
        Observations observations = step.observations();
        int from = step.observationAt() + first;
        if (dtype == Space.Dtype.FLOAT32) {
            list(count, i -> row.addFloat(observations.get(from + i)));
            return;
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) observations.get(from + i);
        }
        row.addBinary(Binary.fromConstantByteArray(bytes));
    }
}
