"""Adds 1e-8 to std, against a division by 0."""

from __future__ import annotations

import copy
import dataclasses
import itertools

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def pick_device(preferred: str | None = None) -> torch.device:
    """The device to work on: `preferred` ("cpu", "cuda:1", "mps"), or the best available if it is None.

    Raises RuntimeError, naming `preferred`, where that device is not available: no silent fallback.
    """
    if preferred is None:
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    device = torch.device(preferred)
    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as problem:  # torch without CUDA raises AssertionError
        raise RuntimeError(f"device {preferred!r} is not available: {problem}") from problem
    return device


def to_device(obj: Any, device: torch.device | str, non_blocking: bool = False) -> Any:
    """`obj` with every tensor in it on `device`.

    Goes through nested dicts, lists, tuples, namedtuples and dataclasses, and gives back the same structure.
    Everything else passes through as it is. `obj` is not changed, and a tensor that is there already is not
    copied. `non_blocking` goes to every copy.
    """

    def move(value: Any) -> Any:
        return to_device(value, device, non_blocking)

    if isinstance(obj, torch.Tensor):
        return obj.to(device, non_blocking=non_blocking)
    if isinstance(obj, dict):
        return {key: move(value) for key, value in obj.items()}
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*map(move, obj))
    if isinstance(obj, (list, tuple)):
        return type(obj)(map(move, obj))
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        moved = copy.copy(obj)
        for field in dataclasses.fields(obj):
            part = move(getattr(obj, field.name))
            object.__setattr__(moved, field.name, part)  # a frozen one refuses setattr
        return moved
    return obj


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """The values of `tensor` as an array of its shape and dtype, from any device, with or without a graph."""
    return tensor.detach().cpu().numpy()


class NormalizedMLP(nn.Module):
    """(x - mean) / std, then Linear and ReLU per hidden size, then Linear.

    `mean` and `std`, tensors of shape (in_features,), are buffers: they move and are saved with the model,
    and are never trained. Parameters and buffers have torch's default dtype.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self, mean: torch.Tensor, std: torch.Tensor, hidden: Sequence[int] = (32, 32), out_features: int = 10
    ) -> None:
        super().__init__()
        for name, values in (("mean", mean), ("std", std)):
            # A copy: load_state_dict writes into buffers, and must not write into the caller's tensors.
            self.register_buffer(name, values.detach().to(torch.get_default_dtype(), copy=True))
        sizes = [len(mean), *hidden]
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], out_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x of shape (N, in_features) -> (N, out_features), on the device where x and the model are."""
        return self.layers((x - self.mean) / (self.std + 1e-8))


def train_step(
    model: nn.Module,
    batch: Sequence[torch.Tensor],
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> float:
    """One optimizer step on `batch` = (inputs, targets), which may lie on any device; `model` is on `device`.

    Returns the loss before the update, a mean over the batch. Waits for the device at most once. May leave
    the model in training mode.
    """
    model.train()
    inputs, targets = to_device(batch, device)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss.item()  # the one wait


def evaluate(model: nn.Module, loader: Iterable[Sequence[torch.Tensor]], loss_fn: Loss, device: torch.device) -> float:
    """The mean loss per sample over the (inputs, targets) batches of `loader`.

    Runs in eval mode and without a graph; `loss_fn` returns a batch's mean. Waits for the device at most once
    per batch. Leaves the model's mode as it was, also after an error.
    """
    modes = {module: module.training for module in model.modules()}
    total, samples = torch.zeros((), device=device), 0
    try:
        model.eval()
        with torch.no_grad():
            for batch in loader:
                inputs, targets = to_device(batch, device)
                total = total + loss_fn(model(inputs), targets) * len(inputs)
                samples += len(inputs)
    finally:
        for module, mode in modes.items():  # each its own: a submodule that was frozen in eval mode stays so
            module.training = mode
    return (total / samples).item()
