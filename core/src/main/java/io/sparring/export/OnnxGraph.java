package io.sparring.export;

import io.sparring.format.Protobuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * A graph of ONNX's operators in the making (onnx.proto of onnx 1.17, whose numbers of fields stand here). What flows between nodes is known by
 * name; each node gives one thing or several, named after it.
 *
 * <p>Opset {@value #OPSET} is the first with LayerNormalization, and IR {@value #IR_VERSION} the version of the same release, onnx 1.12 of 2022.
 */
final class OnnxGraph {
    static final int OPSET = 17;
    static final int IR_VERSION = 8;
    /** The first dimension of inputs and outputs: how many copies are acted for. */
    private static final String ROWS = "N";

    /** What a tensor consists of; {@code onnx.TensorProto.DataType}. */
    enum Element {
        FLOAT(1),
        UINT8(2),
        INT64(7),
        BOOL(9);

        private final int code;

        Element(int code) {
            this.code = code;
        }
    }

    private static final int INT_ATTRIBUTE = 2;
    private static final int REAL_ATTRIBUTE = 1;
    private static final int INTS_ATTRIBUTE = 7;

    /** An attribute of a node, encoded. */
    record Attribute(Protobuf encoded) {
        static Attribute integer(String name, long value) {
            return of(name, INT_ATTRIBUTE, new Protobuf().integer(3, value));
        }

        static Attribute integers(String name, long... values) {
            Protobuf list = new Protobuf();
            for (long value : values) {
                list.integer(8, value);
            }
            return of(name, INTS_ATTRIBUTE, list);
        }

        static Attribute real(String name, float value) {
            return of(name, REAL_ATTRIBUTE, new Protobuf().real32(2, value));
        }

        private static Attribute of(String name, int type, Protobuf value) {
            return new Attribute(value.text(1, name).integer(20, type));
        }
    }

    private final List<Protobuf> nodes = new ArrayList<>();
    private final List<Protobuf> constants = new ArrayList<>();
    private final List<Protobuf> inputs = new ArrayList<>();
    private final List<Protobuf> outputs = new ArrayList<>();
    private int named;

    /** A name that nothing else has. */
    private String fresh(String kind) {
        return kind + "_" + named++;
    }

    /** An input of so many rows of this shape. */
    String input(String name, Element element, List<Integer> shape) {
        inputs.add(value(name, element, shape));
        return name;
    }

    /** An output of so many rows of this shape: what a node gives, under this name. */
    void output(String name, List<Integer> shape, String of) {
        outputs.add(value(name, Element.FLOAT, shape));
        nodes.add(node("Identity", List.of(of), List.of(name)));
    }

    private static Protobuf value(String name, Element element, List<Integer> shape) {
        Protobuf dimensions = new Protobuf().message(1, new Protobuf().text(2, ROWS));
        shape.forEach(size -> dimensions.message(1, new Protobuf().integer(1, size)));
        Protobuf tensor = new Protobuf().integer(1, element.code).message(2, dimensions);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }

    /** What never changes, in the row-major order of these dimensions; a single number where there are none. */
    String constant(float[] values, long... dimensions) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return constant(Element.FLOAT, raw.array(), dimensions);
    }

    /** A single number. */
    String constant(float value) {
        return constant(new float[] {value});
    }

    /** A shape, axes, or the like. */
    String integers(long... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return constant(Element.INT64, raw.array(), values.length);
    }

    private String constant(Element element, byte[] raw, long... dimensions) {
        String name = fresh("constant");
        Protobuf tensor = new Protobuf();
        for (long size : dimensions) {
            tensor.integer(1, size);
        }
        constants.add(tensor.integer(2, element.code).text(8, name).bytes(9, raw));
        return name;
    }

    /** What an operator makes of these; an empty name stands for one that is left out. */
    String node(String operator, List<String> of, Attribute... attributes) {
        return nodes(operator, of, 1, attributes).get(0);
    }

    /** As {@link #node}, of an operator that gives several things. */
    List<String> nodes(String operator, List<String> of, int gives, Attribute... attributes) {
        List<String> given = new ArrayList<>();
        for (int i = 0; i < gives; i++) {
            given.add(fresh(operator));
        }
        nodes.add(node(operator, of, given, attributes));
        return given;
    }

    private Protobuf node(String operator, List<String> of, List<String> given, Attribute... attributes) {
        Protobuf node = new Protobuf();
        of.forEach(name -> node.text(1, name));
        given.forEach(name -> node.text(2, name));
        node.text(3, fresh("node")).text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.encoded());
        }
        return node;
    }

    /**
     * The whole file.
     *
     * @param name of the graph
     * @param metadata what else readers may want to know
     */
    byte[] file(String name, SortedMap<String, String> metadata) {
        Protobuf graph = new Protobuf();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, name);
        constants.forEach(constant -> graph.message(5, constant));
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        Protobuf file = new Protobuf()
                .integer(1, IR_VERSION)
                .text(2, "sparring")
                .message(7, graph)
                .message(8, new Protobuf().text(1, "").integer(2, OPSET));
        metadata.forEach(
                (key, value) -> file.message(14, new Protobuf().text(1, key).text(2, value)));
        return file.encoded();
    }
}
