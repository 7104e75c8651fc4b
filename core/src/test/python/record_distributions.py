"""Records what torch.distributions and Stable-Baselines3 make of actions, for DistributionGoldenTest.

    pip install torch==2.15.0 stable-baselines3==2.9.2      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_distributions.py

Writes core/src/test/resources/io/sparring/policy/distributions.json: log-probabilities, entropies, and the gradients of both with
respect to the policy's outputs by torch.autograd, in double precision. Actions, which Sparring holds as floats, are multiples of
1/1024, so that a float holds them exactly.

Noise that depends on the state is Stable-Baselines3's own StateDependentNoiseDistribution, given features and log sigma (features x actions).

Several choices at once are Categoricals whose log-probabilities and entropies are summed, bits are Independent Bernoullis, and
vectors Independent Normals. What is forbidden has its logit filled with -1e300 before the distribution sees it: e^-1e300 is 0 exactly, as
that of minus infinity is, which torch.distributions.Bernoulli turns to NaN.
"""

import json
import pathlib

import stable_baselines3
import torch
from stable_baselines3.common.distributions import StateDependentNoiseDistribution
from torch.distributions import Bernoulli, Categorical, Independent, Normal

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
RESOURCES = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring"
NOTE = (
    f"Recorded by core/src/test/python/record_distributions.py with PyTorch {torch.__version__.split('+')[0]}"
    f" and Stable-Baselines3 {stable_baselines3.__version__}."
)
FORBIDDEN = -1e300


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def mask(kind, sizes, rows):
    """About half of the logits, and one of each choice at least; of bits any."""
    allowed = torch.rand(rows, sum(sizes)) < 0.5
    if kind != "bernoulli":
        first = 0
        for size in sizes:
            kept = first + torch.randint(size, (rows,))
            allowed[torch.arange(rows), kept] = True
            first += size
    return allowed


def log_probability_and_entropy(kind, sizes, outputs, log_std, features):
    """Of actions, which are drawn."""
    if kind in ("categorical", "multi-categorical"):
        parts = [Categorical(logits=part) for part in outputs.split(sizes, dim=1)]
        actions = torch.stack([part.sample() for part in parts], dim=1)
        log_probability = sum(part.log_prob(action) for part, action in zip(parts, actions.unbind(1)))
        return actions, log_probability, sum(part.entropy() for part in parts)
    if kind == "bernoulli":
        pi = Independent(Bernoulli(logits=outputs), 1)
    elif kind == "gsde":
        # Its log sigma is one for all rows, and autograd is to keep them apart.
        rows = [
            StateDependentNoiseDistribution(len(sizes)).proba_distribution(mean[None], std, feature[None])
            for mean, std, feature in zip(outputs, log_std.unflatten(1, (-1, len(sizes))), features)
        ]
        drawn = [torch.normal(row.distribution.mean, row.distribution.stddev) for row in rows]
        actions = torch.round(torch.cat(drawn).detach() * 1024) / 1024
        log_probabilities = [row.log_prob(action[None]) for row, action in zip(rows, actions)]
        return actions, torch.cat(log_probabilities), torch.cat([row.entropy() for row in rows])
    else:
        pi = Independent(Normal(outputs, log_std.exp()), 1)
    actions = pi.sample() if kind == "bernoulli" else torch.round(pi.sample() * 1024) / 1024
    return actions, pi.log_prob(actions), pi.entropy()


def gradient(of, with_respect_to):
    result = torch.autograd.grad(of.sum(), with_respect_to, retain_graph=True, allow_unused=True)[0]
    return torch.zeros_like(with_respect_to) if result is None else result


def case(kind, sizes, rows, scale, masked, feature_count=0):
    outputs = (scale * torch.randn(rows, sum(sizes))).requires_grad_()
    # One row for each, so that autograd keeps them apart.
    log_std = 0.5 * torch.randn(sum(sizes) * {"gaussian": 1, "gsde": feature_count}.get(kind, 0))
    free = log_std.expand(rows, -1).clone().requires_grad_()
    # What a ReLU gives: some are 0, in the first row all.
    features = torch.relu(torch.randn(rows, feature_count))
    features[0] = 0
    features.requires_grad_()
    allowed = mask(kind, sizes, rows) if masked else None
    seen = outputs.masked_fill(~allowed, FORBIDDEN) if masked else outputs
    actions, log_probability, entropy = log_probability_and_entropy(kind, sizes, seen, free, features)
    gradients = [gradient(of, to) for of in (log_probability, entropy) for to in (outputs, free)]
    assert all(torch.isfinite(g).all() for g in gradients), (kind, sizes)
    assert not gradient(log_probability, features).any() and not gradient(entropy, features).any(), (kind, sizes)
    return {
        "kind": kind,
        "sizes": sizes,
        "rows": rows,
        "outputs": flat(outputs),
        "features": flat(features),
        "logStd": flat(log_std),
        "allowed": flat(allowed) if masked else [],
        "actions": flat(actions),
        "logProbability": flat(log_probability),
        "entropy": flat(entropy),
        "logProbabilityGradient": flat(gradients[0]),
        "logProbabilityFreeGradient": flat(gradients[1]),
        "entropyGradient": flat(gradients[2]),
        "entropyFreeGradient": flat(gradients[3]),
    }


torch.manual_seed(1)
cases = [
    case(kind, sizes, rows, scale, masked)
    for kind, all_sizes in (
        ("categorical", [[1], [2], [7]]),
        ("multi-categorical", [[3], [2, 5], [4, 1, 2, 3]]),
        ("bernoulli", [[1], [1] * 6]),
        ("gaussian", [[1], [1] * 4]),
    )
    for sizes in all_sizes
    for rows, scale in ((3, 1), (3, 20))
    for masked in (False, True)
    if not (masked and kind == "gaussian")
]
cases += [
    case("gsde", [1] * dimensions, 3, scale, False, feature_count)
    for dimensions, feature_count in ((1, 1), (1, 5), (3, 4))
    for scale in (1, 20)
]
path = RESOURCES / "policy" / "distributions.json"
path.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(c) for c in cases)
path.write_text(f'{{"note": {json.dumps(NOTE)}, "cases": [\n{lines}\n]}}\n')
print(path, len(cases), "cases,", path.stat().st_size, "bytes")
