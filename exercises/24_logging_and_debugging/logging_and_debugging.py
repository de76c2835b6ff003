"""Exercise 24: a training run that can be looked at, and what to look at when it does not learn.

`RunLogger` writes what TensorBoard shows; four functions find out why a model does not train.

Compared with: the event files, read back by TensorBoard's own reader; torch's own training loop.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import torch
from torch import nn
from torch.optim import Optimizer

Batch = tuple[torch.Tensor, torch.Tensor]


class RunLogger:
    """Writes a run's metrics into event files for TensorBoard: one chart for each metric.

    A chart has two curves, training and validation: the same tag (the metric's name) in two runs,
    that is in two folders below `folder` whose names contain `train` and `val`.

    Metrics are a dict from name to value. A value is a number or a tensor of one element, of any
    dtype, on a graph or not. Names are made of letters, digits and `_`.

    Attributes:
        step: how many batches the model has been trained on, `start_step` included. Every point is
            written at this step.
    """

    def __init__(self, folder: str | Path, start_step: int = 0) -> None:
        """Begin to write below `folder`, which is made if it is not there.

        A run that is resumed passes the `step` that it had reached: its curves go on.
        """
        raise NotImplementedError("24.1 begin to write, at start_step")

    def log_train(self, metrics: Mapping[str, Any]) -> None:
        """Count one batch more, and write a point of each metric at the new `step`."""
        raise NotImplementedError("24.1 one point of each training metric")

    def log_validation(self, metrics: Mapping[str, Any], size: int) -> None:
        """Take in one validation batch: each value is a mean over its `size` samples. Nothing is written yet."""
        raise NotImplementedError("24.1 add a validation batch to the epoch's sums")

    def end_epoch(self) -> dict[str, float]:
        """Write the validation means of this epoch at the current `step`; begin the next epoch's.

        Afterwards everything logged so far is in the files, even if the process is killed.

        Returns:
            Each validation metric's mean per sample, as a float. Without validation batches {}, and
            nothing is written.
        """
        raise NotImplementedError("24.1 write the epoch's validation means, and everything to disk")

    def close(self) -> None:
        """Bring everything to disk and end what was opened or started. A second call does nothing."""
        raise NotImplementedError("24.3 close what is open")

    def __enter__(self) -> Self:
        raise NotImplementedError("24.3 what `as` gives")

    def __exit__(self, *problem: object) -> None:
        """Close, whether the block ended well or not; an exception reaches the caller."""
        raise NotImplementedError("24.3 close at the end of the block")


def overfit_one_batch(
    model: nn.Module,
    batch: Batch,
    loss_fn: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: Optimizer,
    steps: int = 100,
) -> list[float]:
    """Train the model on one batch (inputs, targets) again and again, in training mode.

    A model that works can learn a few samples by heart; if the loss does not fall, something is broken.

    Returns:
        The loss before each of the `steps` updates, as floats.
    """
    raise NotImplementedError("24.4 train on one batch, `steps` times")


def check_loss_at_init(model: nn.Module, batch: Batch, classes: int, tolerance: float = 0.25) -> dict[str, Any]:
    """Is the loss of a classifier that has learned nothing yet about ln(classes)?

    Args:
        model: its outputs are logits (N, classes). It is run in eval mode and without a graph, and is
            afterwards as it was, each layer's mode included.
        batch: inputs, and targets (N,) of class numbers.
        classes: how many there are.
        tolerance: how far the loss may be from ln(classes), as a share of ln(classes).

    Returns:
        {"loss": the mean cross entropy, "expected": ln(classes), "ok": whether they are that close};
        two floats and a bool. A loss that is nan is not ok.
    """
    raise NotImplementedError("24.6 compare the loss at the start with ln(classes)")


def find_dead_relu(model: nn.Module, inputs: torch.Tensor) -> dict[str, list[bool]]:
    """Which units of each nn.ReLU give 0 for every sample of these inputs?

    The model is run in eval mode and without a graph. Afterwards it is as it was: each layer's
    mode, and no hook stays, also if the model raises.

    Returns:
        The name of each nn.ReLU, as in `named_modules`, and for each of its units whether it is dead.
        Units lie along axis 1 of the ReLU's output: of a convolution's output (N, C, H, W) they are
        the channels, and one is dead if it is 0 at every place of every sample.
    """
    raise NotImplementedError("24.7 find the units that are 0 for every sample")


def diagnose(model: nn.Module, batch: Batch, optimizer: Optimizer, classes: int, steps: int = 100) -> str:
    """Why does this classifier not learn? The first of these that holds, as they follow from one another:

    "loss_at_init": check_loss_at_init finds that the loss at the start is not ok
    "dead_relu": of some nn.ReLU, every unit is dead on this batch
    "no_gradient": after a backward, a parameter that requires a gradient has none (None)
    "not_in_optimizer": the optimizer does not hold a parameter that requires a gradient
    "does_not_overfit": after `steps` steps of cross entropy on this batch, the last loss of
        overfit_one_batch is not below half of the first
    "healthy": none of them

    The model may be trained by it, and the optimizer with it.
    """
    raise NotImplementedError("24.7 the first symptom that holds")
