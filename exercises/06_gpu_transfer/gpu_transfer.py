"""Work that runs wherever data and model are: on the CPU, or on an accelerator with its own memory.

Semantics of torch.Tensor.to: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
"""

from __future__ import annotations

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
    raise NotImplementedError("06.2 the preferred device, or the best one")


def to_device(obj: Any, device: torch.device | str, non_blocking: bool = False) -> Any:
    """`obj` with every tensor in it on `device`.

    Goes through nested dicts, lists, tuples, namedtuples and dataclasses, and gives back the same structure.
    Everything else passes through as it is. `obj` is not changed, and a tensor that is there already is not
    copied. `non_blocking` goes to every copy.
    """
    raise NotImplementedError("06.1 move every tensor, keep the structure")


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """The values of `tensor` as an array of its shape and dtype, from any device, with or without a graph."""
    raise NotImplementedError("06.6 out of the graph, onto the CPU")


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
        raise NotImplementedError("06.3 buffers and layers")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x of shape (N, in_features) -> (N, out_features), on the device where x and the model are."""
        raise NotImplementedError("06.3 standardise, then the layers")


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
    raise NotImplementedError("06.4 one optimizer step")


def evaluate(model: nn.Module, loader: Iterable[Sequence[torch.Tensor]], loss_fn: Loss, device: torch.device) -> float:
    """The mean loss per sample over the (inputs, targets) batches of `loader`.

    Runs in eval mode and without a graph; `loss_fn` returns a batch's mean. Waits for the device at most once
    per batch. Leaves the model's mode as it was, also after an error.
    """
    raise NotImplementedError("06.5 the mean over all samples")
