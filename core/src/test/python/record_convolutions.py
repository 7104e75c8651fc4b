"""Records what PyTorch makes of networks with convolutions, for TorchConvolutionsTest.

    pip install torch==2.15.0      (recorded with Python 3.11; any version gives the same to the last few bits)
    python core/src/test/python/record_convolutions.py

Writes core/src/test/resources/io/sparring/network/torch-convolutions.json: the outputs of a network and the gradient of
sum(policy * p) + sum(value * v) with respect to all its parameters, in Sparring's order (a convolution's biases before its
weights, a dense layer's behind them). Everything is computed in double precision; what goes in, which Sparring holds as
floats, are multiples of 1/1024, so that a float holds them exactly, or bytes.
"""

import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FILE = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "network" / "torch-convolutions.json"


def exact(tensor):
    """The nearest multiple of 1/1024."""
    return torch.round(tensor * 1024) / 1024


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def set_parameters(layer):
    with torch.no_grad():
        layer.weight.copy_(exact(torch.randn_like(layer.weight) / layer.weight[0].numel() ** 0.5))
        layer.bias.copy_(exact(0.3 * torch.randn_like(layer.bias)))
    return layer


def ordered(layer):
    """A layer's parameters as Sparring has them."""
    return [layer.bias, layer.weight] if isinstance(layer, nn.Conv2d) else [layer.weight, layer.bias]


def case(shape, order, convolutions, hidden, activation, layer_norm=False, rows=3, outputs=2):
    """One image of bytes, as the environment has it, under a shared trunk."""
    f = {"RELU": torch.relu, "TANH": torch.tanh, "SILU": nn.functional.silu, "ELU": nn.functional.elu}[activation]
    images = torch.randint(0, 256, (rows, *shape))
    x = images / 255.0
    if order == "CHANNELS_LAST":
        x = x.permute(0, 3, 1, 2)
    layers = []
    for filters, kernel, stride in convolutions:
        layers.append(set_parameters(nn.Conv2d(x.shape[1], filters, kernel, stride)))
        x = f(layers[-1](x))
    # Without convolutions the numbers are a vector as they come.
    x = x.flatten(1) if convolutions else images.flatten(1) / 255.0
    for size in hidden:
        layers.append(set_parameters(nn.Linear(x.shape[1], size)))
        x = layers[-1](x)
        if layer_norm:
            layers.append(nn.LayerNorm(size))
            with torch.no_grad():
                layers[-1].weight.copy_(exact(1 + 0.3 * torch.randn(size)))
                layers[-1].bias.copy_(exact(0.3 * torch.randn(size)))
            x = layers[-1](x)
        x = f(x)
    heads = [set_parameters(nn.Linear(x.shape[1], outputs)), set_parameters(nn.Linear(x.shape[1], 1))]
    policy, value = heads[0](x), heads[1](x)
    p, v = exact(torch.randn(rows, outputs)), exact(torch.randn(rows, 1))
    parameters = [parameter for layer in layers + heads for parameter in ordered(layer)]
    gradients = torch.autograd.grad((policy * p).sum() + (value * v).sum(), parameters)
    return {
        "shape": list(shape),
        "order": order,
        "convolutions": [dict(zip(("filters", "kernel", "stride"), one)) for one in convolutions],
        "hidden": list(hidden),
        "layerNorm": layer_norm,
        "activation": activation,
        "rows": rows,
        "outputs": outputs,
        "observations": flat(images),
        "parameters": [number for parameter in parameters for number in flat(parameter)],
        "policyGradient": flat(p),
        "valueGradient": flat(v),
        "policy": flat(policy),
        "values": flat(value),
        "gradient": [number for gradient in gradients for number in flat(gradient)],
    }


def main():
    torch.manual_seed(16)
    cases = [
        case((2, 7, 9), "CHANNELS_FIRST", [(3, 3, 1)], [5], "RELU"),
        case((7, 6, 3), "CHANNELS_LAST", [(4, 3, 2), (5, 2, 1)], [6, 4], "TANH"),
        case((4, 20, 20), "CHANNELS_FIRST", [(4, 8, 4), (5, 2, 2), (3, 2, 1)], [], "RELU"),
        case((6, 5, 2), "CHANNELS_LAST", [(4, 2, 1)], [7], "SILU"),
        case((2, 6, 5), "CHANNELS_FIRST", [(3, 3, 2)], [6, 5], "ELU"),
        case((6, 5, 2), "CHANNELS_LAST", [(4, 2, 1)], [7, 9], "RELU", layer_norm=True),
        case((6, 5, 1), "CHANNELS_LAST", [], [16], "SILU", layer_norm=True),
    ]
    note = f"Recorded by core/src/test/python/record_convolutions.py with PyTorch {torch.__version__.split('+')[0]}."
    FILE.write_text(json.dumps({"note": note, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
