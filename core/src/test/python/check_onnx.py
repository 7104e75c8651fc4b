"""Asks onnx whether it takes files for valid, and ONNX Runtime what they give: check_onnx.py FOLDER, with NAME.onnx and NAME.json beside each other."""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime


def tensor(described):
    return numpy.frombuffer(bytes.fromhex(described["hex"]), described["type"]).reshape(described["shape"])


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    step = json.loads(path.with_suffix(".json").read_text())
    inputs = {name: tensor(described) for name, described in step["inputs"].items()}
    assert [one.name for one in session.get_inputs()] == list(inputs), path
    assert [one.name for one in session.get_outputs()] == list(step["outputs"]), path
    for given, (name, described) in zip(session.run(None, inputs), step["outputs"].items()):
        expected = tensor(described)
        assert given.dtype == expected.dtype and given.shape == expected.shape, (path, name, given.shape)
        numpy.testing.assert_allclose(given, expected, rtol=3e-5, atol=3e-5, err_msg=f"{path} {name}")
    metadata = session.get_modelmeta().custom_metadata_map
    print(path.stem, metadata["sparring.environment"], sep="\t")
