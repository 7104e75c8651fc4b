"""Records what PyTorch makes of the actor-critic loss, for LossGoldenTest and TorchNetworkTest.

    pip install torch==2.15.0      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_losses.py

Writes three files of core/src/test/resources: io/sparring/loss/losses.json, the loss and its gradient with respect to the
network's outputs, io/sparring/network/torch-networks.json, its gradient with respect to all parameters of a network, and
io/sparring/loss/clipped-losses.json, PPO's loss and its gradient with respect to the network's outputs.
Everything is computed in double precision. Observations, actions and parameters, which Sparring holds as floats, are
multiples of 1/1024, so that a float holds them exactly.

The loss is transcribed from the papers with torch.distributions and torch.autograd and owes nothing to Sparring's closed
forms: L = mean(-log pi(a|s) A) + alpha mean(1/2 (R - V)^2) - beta mean(H), each term with its weight.
"""

import json
import pathlib

import torch
from torch.distributions import Categorical, Normal

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
RESOURCES = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring"
NOTE = f"Recorded by core/src/test/python/record_losses.py with PyTorch {torch.__version__.split('+')[0]}."

# (policy, value, entropy)
WEIGHTS = [(1, 0.5, 0), (1, 0.5, 0.01), (0.7, 0.25, 0.1), (1, 0, 0), (0, 1, 0), (0, 0, 1)]


def exact(tensor):
    """The nearest multiple of 1/1024."""
    return torch.round(tensor * 1024) / 1024


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def distribution(kind, policy, log_std):
    return Categorical(logits=policy) if kind == "categorical" else Normal(policy, log_std.exp())


def terms(kind, policy, log_std, values, actions, advantages, returns):
    """L_pi, L_V and H, means over the rows."""
    pi = distribution(kind, policy, log_std)
    if kind == "categorical":
        log_probability, entropy = pi.log_prob(actions), pi.entropy()
    else:
        log_probability, entropy = pi.log_prob(actions).sum(1), pi.entropy().sum(1)
    return (-log_probability * advantages).mean(), (0.5 * (returns - values) ** 2).mean(), entropy.mean()


def batch(kind, rows, outputs):
    """Random actions (of no policy in particular: the loss takes any), advantages and returns."""
    if kind == "categorical":
        actions = torch.randint(outputs, (rows,))
    else:
        actions = exact(2 * torch.randn(rows, outputs))
    return actions, torch.randn(rows), 2 * torch.randn(rows)


def loss_case(kind, rows, outputs, scale, weights):
    policy = (scale * torch.randn(rows, outputs)).requires_grad_()
    log_std = (0.5 * torch.randn(outputs if kind == "gaussian" else 0)).requires_grad_()
    values = torch.randn(rows).requires_grad_()
    actions, advantages, returns = batch(kind, rows, outputs)
    policy_loss, value_loss, entropy = terms(kind, policy, log_std, values, actions, advantages, returns)
    loss = weights[0] * policy_loss + weights[1] * value_loss - weights[2] * entropy
    inputs = [policy, values] + ([log_std] if kind == "gaussian" else [])
    gradients = torch.autograd.grad(loss, inputs, allow_unused=True)
    gradients = [torch.zeros_like(i) if g is None else g for i, g in zip(inputs, gradients)]
    return {
        "distribution": kind,
        "outputs": outputs,
        "rows": rows,
        "weights": list(weights),
        "policy": flat(policy),
        "logStd": flat(log_std),
        "values": flat(values),
        "actions": flat(actions),
        "advantages": flat(advantages),
        "returns": flat(returns),
        "policyLoss": policy_loss.item(),
        "valueLoss": value_loss.item(),
        "entropy": entropy.item(),
        "policyGradient": flat(gradients[0]),
        "valueGradient": flat(gradients[1]),
        "logStdGradient": flat(gradients[2]) if kind == "gaussian" else [],
    }


def clipped_case(kind, rows, outputs, weights, clip, value_clip):
    """PPO's loss as Schulman et al. 2017 write it; the policy has moved away from the one that acted."""
    acted = torch.randn(rows, outputs)
    policy = (acted + 0.5 * torch.randn(rows, outputs)).requires_grad_()
    log_std = (0.5 * torch.randn(outputs if kind == "gaussian" else 0)).requires_grad_()
    values_acted = torch.randn(rows)
    values = (values_acted + 0.5 * torch.randn(rows)).requires_grad_()
    actions, advantages, returns = batch(kind, rows, outputs)

    def log_probability(pi):
        return pi.log_prob(actions) if kind == "categorical" else pi.log_prob(actions).sum(1)

    old = log_probability(distribution(kind, acted, log_std)).detach()
    pi = distribution(kind, policy, log_std)
    ratio = (log_probability(pi) - old).exp()
    policy_loss = -torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()
    squares = (values - returns) ** 2
    if value_clip:
        near = values_acted + (values - values_acted).clamp(-value_clip, value_clip)
        squares = torch.max(squares, (near - returns) ** 2)
    value_loss = 0.5 * squares.mean()
    entropy = pi.entropy().mean() if kind == "categorical" else pi.entropy().sum(1).mean()
    loss = weights[0] * policy_loss + weights[1] * value_loss - weights[2] * entropy
    inputs = [policy, values] + ([log_std] if kind == "gaussian" else [])
    gradients = torch.autograd.grad(loss, inputs)
    return {
        "distribution": kind,
        "outputs": outputs,
        "rows": rows,
        "weights": list(weights),
        "clip": clip,
        "valueClip": value_clip,
        "policy": flat(policy),
        "logStd": flat(log_std),
        "values": flat(values),
        "actions": flat(actions),
        "advantages": flat(advantages),
        "returns": flat(returns),
        "logProbabilities": flat(old),
        "actedValues": flat(values_acted),
        "policyLoss": policy_loss.item(),
        "valueLoss": value_loss.item(),
        "entropy": entropy.item(),
        "divergence": ((ratio - 1) - ratio.log()).mean().item(),
        "clipped": int(((ratio - 1).abs() > clip).sum()),
        "policyGradient": flat(gradients[0]),
        "valueGradient": flat(gradients[1]),
        "logStdGradient": flat(gradients[2]) if kind == "gaussian" else [],
    }


def linear(inputs, outputs):
    layer = torch.nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(exact(torch.randn(outputs, inputs) / inputs**0.5))
        layer.bias.copy_(exact(0.3 * torch.randn(outputs)))
    return layer


def trunk(observation_size, hidden):
    sizes = [observation_size] + hidden
    return [linear(i, o) for i, o in zip(sizes, sizes[1:])]


def through(layers, activation, x):
    for layer in layers:
        x = activation(layer(x))
    return x


def network_case(kind, architecture, hidden, activation, weights):
    rows, observation_size, outputs = 6, 3, 2
    f = {"RELU": torch.relu, "TANH": torch.tanh}[activation]
    last = hidden[-1] if hidden else observation_size
    actor = trunk(observation_size, hidden)
    critic = actor if architecture == "SHARED" else trunk(observation_size, hidden)
    policy_head = linear(last, outputs)
    value_head = linear(last, 1)
    # In Sparring's order: from the observation on, and the actor's layer before the critic's at the same depth.
    hidden_layers = actor if critic is actor else [layer for pair in zip(actor, critic) for layer in pair]
    layers = hidden_layers + [policy_head, value_head]
    log_std = exact(0.5 * torch.randn(outputs if kind == "gaussian" else 0)).requires_grad_()

    observations = exact(torch.randn(rows, observation_size))
    actions, advantages, returns = batch(kind, rows, outputs)
    policy = policy_head(through(actor, f, observations))
    values = value_head(through(critic, f, observations)).squeeze(1)
    policy_loss, value_loss, entropy = terms(kind, policy, log_std, values, actions, advantages, returns)
    loss = weights[0] * policy_loss + weights[1] * value_loss - weights[2] * entropy

    # A torch weight is outputs x inputs, row by row: the same bytes as inputs x outputs, column by column.
    parameters = [p for layer in layers for p in (layer.weight, layer.bias)] + ([log_std] if kind == "gaussian" else [])
    gradients = torch.autograd.grad(loss, parameters)
    return {
        "distribution": kind,
        "architecture": architecture,
        "hidden": hidden,
        "activation": activation,
        "observationSize": observation_size,
        "outputs": outputs,
        "rows": rows,
        "weights": list(weights),
        "parameters": [number for p in parameters for number in flat(p)],
        "observations": flat(observations),
        "actions": flat(actions),
        "advantages": flat(advantages),
        "returns": flat(returns),
        "policy": flat(policy),
        "values": flat(values),
        "loss": loss.item(),
        "gradient": [number for g in gradients for number in flat(g)],
    }


def write(path, cases):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f'{{"note": {json.dumps(NOTE)}, "cases": [\n{lines}\n]}}\n')
    print(path, len(cases), "cases,", path.stat().st_size, "bytes")


torch.manual_seed(1)
write(
    RESOURCES / "loss" / "losses.json",
    [
        loss_case(kind, rows, outputs, scale, weights)
        for kind, sizes in (
            ("categorical", [(1, 2, 1), (7, 4, 1), (5, 3, 30)]),
            ("gaussian", [(1, 1, 1), (6, 3, 1)]),
        )
        for rows, outputs, scale in sizes
        for weights in WEIGHTS
    ],
)
write(
    RESOURCES / "network" / "torch-networks.json",
    [
        network_case(kind, architecture, hidden, activation, (1, 0.5, 0.01))
        for kind in ("categorical", "gaussian")
        for architecture in ("SHARED", "SEPARATE")
        for activation in ("TANH", "RELU")
        for hidden in ([], [7], [6, 5])
        if hidden or activation == "TANH"
    ],
)
write(
    RESOURCES / "loss" / "clipped-losses.json",
    [
        clipped_case(kind, rows, outputs, weights, clip, value_clip)
        for kind, rows, outputs in (("categorical", 12, 3), ("gaussian", 12, 2))
        for weights in ((1, 0.5, 0.01), (0.7, 1, 0))
        for clip, value_clip in ((0.2, 0), (0.1, 0.3))
    ],
)
