"""Small classifiers, healthy and broken, for `find_dead_relu` and `diagnose`."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

HIDDEN = 16


def network(weights: list[Any], biases: list[Any]) -> nn.Sequential:
    """Linear and ReLU for each weight, in float64."""
    layers = list[nn.Module]()
    for weight, bias in zip(weights, biases, strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[0]).double()
        linear.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)


class Detached(nn.Module):
    """Its first part gets no gradient."""

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.head = body, head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x).detach())


def healthy(features: int, classes: int) -> nn.Sequential:
    """Two hidden layers, all weights drawn by Kaiming's rule; the last layer begins near 0."""
    layers = [nn.Linear(features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes)]
    model = nn.Sequential(*layers).double()
    for layer in (model[0], model[2]):
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    nn.init.normal_(model[4].weight, std=0.01)
    nn.init.zeros_(model[4].bias)
    return model


def adam(model: nn.Module, lr: float = 0.05) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=lr)


def far_too_large(model: nn.Sequential) -> None:
    with torch.no_grad():
        model[4].weight.mul_(10_000)


def dead(model: nn.Sequential, layer: int, units: int = HIDDEN) -> None:
    """The first units of a layer give 0, whatever comes in."""
    with torch.no_grad():
        model[layer].bias[:units] = -1000.0


def broken(name: str, features: int, classes: int, seed: int) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A model of that name and its optimizer; torch's global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MODELS[name](healthy(features, classes))


Made = tuple[nn.Module, torch.optim.Optimizer]


def _weights_too_large(model: nn.Sequential) -> Made:
    far_too_large(model)
    return model, adam(model)


def _first_layer_dead(model: nn.Sequential) -> Made:
    dead(model, 0)
    return model, adam(model)


def _body_detached(model: nn.Sequential) -> Made:
    detached = Detached(model[:4], model[4])
    return detached, adam(detached)


def _head_not_in_optimizer(model: nn.Sequential) -> Made:
    return model, adam(model[:4])


def _learning_rate_tiny(model: nn.Sequential) -> Made:
    return model, adam(model, lr=1e-9)


def _healthy(model: nn.Sequential) -> Made:
    return model, adam(model)


MODELS: dict[str, Callable[[nn.Sequential], Made]] = {
    "weights too large": _weights_too_large,
    "first layer dead": _first_layer_dead,
    "body detached": _body_detached,
    "head not in the optimizer": _head_not_in_optimizer,
    "learning rate tiny": _learning_rate_tiny,
    "healthy": _healthy,
}
