"""Records what PyTorch's optimisers make of a sequence of gradients, for OptimizerTest.

    pip install torch==2.15.0      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_optimizers.py

Writes core/src/test/resources/io/sparring/optimizer/optimizers.json: the parameters after each step, in double precision. First
parameters and gradients are multiples of 1/1024, so that a float holds them exactly.

Sparring's steps are ND4J's. Where they differ from PyTorch's, epsilon has a part in it: ND4J's Adam adds epsilon to sqrt(v) before
the correction of v's bias and PyTorch after it, and ND4J's RMSProp starts its mean square at epsilon and PyTorch at 0. Here
epsilon is so small that they agree.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FILE = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "optimizer" / "optimizers.json"
EPSILON = 1e-12
RATES = [1e-2, 1e-2, 5e-3, 5e-3, 2e-3, 1e-3, 1e-2, 1e-2]
OPTIMIZERS = {
    "sgd": lambda theta: torch.optim.SGD([theta], lr=RATES[0]),
    "rmsprop": lambda theta: torch.optim.RMSprop([theta], lr=RATES[0], alpha=0.95, eps=EPSILON),
    "adam": lambda theta: torch.optim.Adam([theta], lr=RATES[0], betas=(0.8, 0.99), eps=EPSILON),
}


def main():
    random = torch.Generator().manual_seed(20240229)
    start = torch.round(torch.randn(5, generator=random) * 1024) / 1024
    gradients = torch.round(torch.randn(len(RATES), 5, generator=random) * 1024) / 1024
    cases = []
    for kind, make in OPTIMIZERS.items():
        theta = torch.nn.Parameter(start.clone())
        optimizer = make(theta)
        after = []
        for rate, gradient in zip(RATES, gradients):
            optimizer.param_groups[0]["lr"] = rate
            theta.grad = gradient.clone()
            optimizer.step()
            after.append(theta.detach().tolist())
        cases.append({"kind": kind, "after": after})
    golden = {
        "note": f"Recorded by core/src/test/python/record_optimizers.py with PyTorch {torch.__version__.split('+')[0]}.",
        "epsilon": EPSILON,
        "start": start.tolist(),
        "rates": RATES,
        "gradients": gradients.tolist(),
        "cases": cases,
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
