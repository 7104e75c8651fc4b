package io.sparring.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Space;
import io.sparring.python.PythonEnvironment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files, read by ONNX Runtime. */
class OnnxFileTest {
    /** In all steps together; fewer of large images, which are all the same to it. */
    private static final int OBSERVATIONS = Integer.getInteger("sparring.export.observations", 10_000);

    private static final int OF_LARGE_IMAGES = Integer.getInteger("sparring.export.observations", 200);
    private static final int IN_PYTHON = 17;

    private static final float TOLERANCE = 1e-5f;
    /** Of sums of thousands of numbers. */
    private static final float TOLERANCE_OF_LARGE_IMAGES = 3e-5f;

    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource
    void anOnnxFileSaysWhatThePlainEngineSays(Policies kind) throws OrtException {
        ExportedPolicy policy = kind.policy();
        boolean remembers = policy.model().architecture().stateSize() > 0;
        int steps = remembers ? STEPS : 1;
        int observations = kind == Policies.NATURE ? OF_LARGE_IMAGES : OBSERVATIONS;
        int rows = Math.min(observations / steps, 2000);
        Step.Copies copies = new Step.Copies(policy, rows, kind.ordinal());
        OrtEnvironment runtime = OrtEnvironment.getEnvironment();
        try (OrtSession session = runtime.createSession(OnnxFile.of(policy))) {
            float[] state = null;
            for (int seen = 0; seen < observations; seen += rows) {
                Step step = copies.next();
                Map<String, float[]> given = run(runtime, session, step, state);
                assertThat(given.keySet())
                        .containsExactlyElementsOf(
                                step.outputs().stream().map(Step.Tensor::name).toList());
                for (Step.Tensor expected : step.outputs()) {
                    requireClose(
                            expected.name(),
                            given.get(expected.name()),
                            expected.floats(),
                            kind == Policies.NATURE ? TOLERANCE_OF_LARGE_IMAGES : TOLERANCE);
                }
                requireSameActions(policy, given.values().iterator().next(), step);
                state = given.get("new_state");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteIsNotHiddenByTheNormaliser(float number) throws OrtException {
        ExportedPolicy policy = Policies.NORMALIZED.policy();
        Step.Tensor observation = Step.Tensor.floats("observation", new float[] {0, 1, number, 0, 0, 0}, 1, 6);
        OrtEnvironment runtime = OrtEnvironment.getEnvironment();
        try (OrtSession session = runtime.createSession(OnnxFile.of(policy))) {
            Map<String, float[]> given =
                    run(runtime, session, new Step(List.of(observation), List.of(), new float[0]), null);

            assertThat(given.get("logits")).containsOnly(Float.NaN);
            assertThat(given.get("value")).containsOnly(Float.NaN);
        }
    }

    /** And which onnx.checker takes for valid. */
    @Test
    void anOnnxFileSaysThatToPythonToo(@TempDir Path folder) throws IOException {
        PythonEnvironment python = PythonEnvironment.orSkip();
        for (Policies kind : Policies.values()) {
            Step.Copies copies = new Step.Copies(kind.policy(), IN_PYTHON, kind.ordinal());
            copies.next();
            Step step = copies.next();
            Files.write(folder.resolve(kind + ".onnx"), OnnxFile.of(kind.policy()));
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("inputs", described(step.inputs()));
            described.put("outputs", described(step.outputs()));
            new ObjectMapper().writeValue(folder.resolve(kind + ".json").toFile(), described);
        }

        assertThat(python.run("check_onnx.py", folder).lines())
                .containsExactlyInAnyOrderElementsOf(Stream.of(Policies.values())
                        .map(kind -> kind + "\t" + kind)
                        .toList());
    }

    private static Map<String, Object> described(List<Step.Tensor> tensors) {
        Map<String, Object> described = new LinkedHashMap<>();
        for (Step.Tensor tensor : tensors) {
            described.put(
                    tensor.name(),
                    Map.of(
                            "type",
                            tensor.type(),
                            "shape",
                            tensor.shape(),
                            "hex",
                            HexFormat.of().formatHex(tensor.bytes())));
        }
        return described;
    }

    /** @param state what the last step gave; null at first */
    private static Map<String, float[]> run(OrtEnvironment runtime, OrtSession session, Step step, float[] state)
            throws OrtException {
        assertThat(session.getInputNames())
                .containsExactlyElementsOf(
                        step.inputs().stream().map(Step.Tensor::name).toList());
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        for (Step.Tensor input : step.inputs()) {
            Step.Tensor own = input.name().equals("state") && state != null
                    ? Step.Tensor.floats("state", state, input.shape())
                    : input;
            inputs.put(own.name(), tensor(runtime, own));
        }
        Map<String, float[]> given = new LinkedHashMap<>();
        try (OrtSession.Result result = session.run(inputs)) {
            for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
                OnnxTensor tensor = (OnnxTensor) output.getValue();
                float[] values = new float[tensor.getFloatBuffer().remaining()];
                tensor.getFloatBuffer().get(values);
                given.put(output.getKey(), values);
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
        return given;
    }

    private static OnnxTensor tensor(OrtEnvironment runtime, Step.Tensor tensor) throws OrtException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(tensor.bytes().length)
                .order(ByteOrder.nativeOrder())
                .put(tensor.bytes())
                .rewind();
        return switch (tensor.type()) {
            case "uint8" -> OnnxTensor.createTensor(runtime, bytes, tensor.shape(), OnnxJavaType.UINT8);
            case "bool" -> OnnxTensor.createTensor(runtime, bytes, tensor.shape(), OnnxJavaType.BOOL);
            default -> OnnxTensor.createTensor(runtime, bytes.asFloatBuffer(), tensor.shape());
        };
    }

    private static void requireClose(String name, float[] actual, float[] expected, float tolerance) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        List<String> apart = new ArrayList<>();
        for (int i = 0; i < actual.length; i++) {
            boolean close = Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
            if (!close && actual[i] != expected[i]) {
                apart.add(i + ": " + actual[i] + " and not " + expected[i]);
            }
        }
        assertThat(apart).as(name).isEmpty();
    }

    /** But where two are as likely, as far as floats go. */
    private static void requireSameActions(ExportedPolicy policy, float[] heads, Step step) {
        Space space = policy.environment().actionSpace();
        if (space instanceof Space.Box) {
            return; // the means themselves
        }
        int[] sizes = space instanceof Space.MultiDiscrete several
                ? several.sizes()
                : new int[] {policy.distribution().outputs()};
        float[] expected = step.outputs().get(0).floats();
        int rows = step.actions().length / policy.distribution().actionSize();
        for (int row = 0; row < rows; row++) {
            int from = row * policy.distribution().outputs();
            for (int i = 0; i < sizes.length; i++) {
                if (space instanceof Space.MultiBinary) {
                    for (int bit = 0; bit < sizes[0]; bit++) {
                        float chosen = step.actions()[row * sizes[0] + bit];
                        assertThat(chosen == 1).isEqualTo(heads[from + bit] > 0);
                    }
                } else {
                    int chosen = (int) step.actions()[row * sizes.length + i];
                    int best = best(heads, from, sizes[i]);
                    if (Math.abs(expected[from + best] - expected[from + chosen])
                            > TOLERANCE_OF_LARGE_IMAGES * Math.max(1, Math.abs(expected[from + chosen]))) {
                        assertThat(best).as("row " + row).isEqualTo(chosen);
                    }
                }
                from += sizes[i];
            }
        }
    }

    private static int best(float[] logits, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (logits[from + i] > logits[from + best]) {
                best = i;
            }
        }
        return best;
    }
}
