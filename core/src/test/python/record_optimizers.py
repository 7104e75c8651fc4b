"""Records what PyTorch's optimisers make of a sequence of gradients, for OptimizerTest.

    pip install torch==2.15.0      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_optimizers.py

Writes core/src/test/resources/io/sparring/optimizer/optimizers.json: the parameters after each step, in double precision. First
parameters and gradients are multiples of 1/1024, so that a float holds them exactly.

Each with a small epsilon, and with one so large that its place in the formula shows.

PyTorch has no RMSProp of TensorFlow 1's form (epsilon inside the root, mean squares from 1); it is written out here as
Stable-Baselines3's RMSpropTFLike (stable_baselines3/common/sb2_compat/rmsprop_tf_like.py) has it, without momentum.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FILE = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "optimizer" / "optimizers.json"
EPSILONS = [1e-12, 1e-2]
RATES = [1e-2, 1e-2, 5e-3, 5e-3, 2e-3, 1e-3, 1e-2, 1e-2]


class RmsPropTfLike(torch.optim.Optimizer):
    def __init__(self, params, lr, alpha, eps):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state["square_avg"] = torch.ones_like(p)
                square_avg = state["square_avg"]
                square_avg.mul_(group["alpha"]).addcmul_(p.grad, p.grad, value=1 - group["alpha"])
                p.addcdiv_(p.grad, square_avg.add(group["eps"]).sqrt_(), value=-group["lr"])


OPTIMIZERS = {
    "sgd": lambda theta, eps: torch.optim.SGD([theta], lr=RATES[0]),
    "rmsprop": lambda theta, eps: torch.optim.RMSprop([theta], lr=RATES[0], alpha=0.95, eps=eps),
    "rmsprop-tf": lambda theta, eps: RmsPropTfLike([theta], lr=RATES[0], alpha=0.95, eps=eps),
    "adam": lambda theta, eps: torch.optim.Adam([theta], lr=RATES[0], betas=(0.8, 0.99), eps=eps),
}


def main():
    random = torch.Generator().manual_seed(20240229)
    start = torch.round(torch.randn(5, generator=random) * 1024) / 1024
    gradients = torch.round(torch.randn(len(RATES), 5, generator=random) * 1024) / 1024
    cases = []
    for kind, make in OPTIMIZERS.items():
        for epsilon in EPSILONS:
            theta = torch.nn.Parameter(start.clone())
            optimizer = make(theta, epsilon)
            after = []
            for rate, gradient in zip(RATES, gradients):
                optimizer.param_groups[0]["lr"] = rate
                theta.grad = gradient.clone()
                optimizer.step()
                after.append(theta.detach().tolist())
            cases.append({"kind": kind, "epsilon": epsilon, "after": after})
    golden = {
        "note": f"Recorded by core/src/test/python/record_optimizers.py with PyTorch {torch.__version__.split('+')[0]}.",
        "start": start.tolist(),
        "rates": RATES,
        "gradients": gradients.tolist(),
        "cases": cases,
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
