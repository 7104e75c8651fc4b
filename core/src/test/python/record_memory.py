"""Records what PyTorch's nn.LSTM and nn.GRU make of sequences in which episodes end, for TorchMemoryTest.

    pip install torch==2.15.0      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_memory.py

Writes core/src/test/resources/io/sparring/network/torch-memory.json. Everything is computed in double precision; what Sparring holds as floats is
a multiple of 1/1024, so that a float holds it exactly. The layer takes one step at a time, and what it remembers is multiplied by 0 where an
episode has ended, as is usual; autograd goes through all of it. The loss is a weighted sum of all outputs.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FILE = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "network" / "torch-memory.json"
NOTE = f"Recorded by core/src/test/python/record_memory.py with PyTorch {torch.__version__.split('+')[0]}."


def exact(tensor):
    """The nearest multiple of 1/1024."""
    return torch.round(tensor * 1024) / 1024


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def case(kind, inputs, size, steps, copies):
    layer = (torch.nn.LSTM if kind == "lstm" else torch.nn.GRU)(inputs, size)
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    parameters = [getattr(layer, name) for name in names]
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(exact(0.7 * torch.randn_like(parameter)))
    x = exact(torch.randn(steps, copies, inputs)).requires_grad_()
    state = [exact(0.5 * torch.randn(copies, size)) for _ in range(2 if kind == "lstm" else 1)]
    continues = (torch.rand(steps, copies) > 0.3).double()
    weights = exact(torch.randn(steps, copies, size))

    now = state
    outputs = []
    for t in range(steps):
        if t > 0:
            now = [part * continues[t - 1].unsqueeze(1) for part in now]
        held = tuple(part.unsqueeze(0) for part in now)
        out, after = layer(x[t : t + 1], held if kind == "lstm" else held[0])
        now = [part[0] for part in (after if kind == "lstm" else (after,))]
        outputs.append(out[0])
    outputs = torch.stack(outputs)
    (outputs * weights).sum().backward()
    return {
        "kind": kind,
        "inputs": inputs,
        "size": size,
        "steps": steps,
        "copies": copies,
        "parameters": [number for parameter in parameters for number in flat(parameter)],
        "observations": flat(x),
        "states": flat(torch.cat(state, 1)),
        "continues": flat(continues),
        "weights": flat(weights),
        "outputs": flat(outputs),
        "after": flat(torch.cat(now, 1)),
        "gradient": [number for parameter in parameters for number in flat(parameter.grad)],
        "inputGradient": flat(x.grad),
    }


torch.manual_seed(8)
cases = []
for kind in ("lstm", "gru"):
    for sizes in ((1, 1, 1, 1), (3, 5, 7, 4), (4, 2, 12, 3), (6, 8, 5, 17)):
        cases.append(case(kind, *sizes))
FILE.write_text(f'{{"note": "{NOTE}", "cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
