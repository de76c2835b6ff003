"""Exercise 24: a training run that can be looked at, and what to look at when it does not learn.

`RunLogger` writes what TensorBoard shows; four functions find out why a model does not train.

Compared with: the event files, read back by TensorBoard's own reader; torch's own training loop.
"""

# BEGIN SOLUTION -
import math
import os

# END SOLUTION
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import torch
from torch import nn
from torch.optim import Optimizer

# BEGIN SOLUTION -
from torch.utils.tensorboard import SummaryWriter

# END SOLUTION
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
        # BEGIN SOLUTION 24.1 begin to write, at start_step
        self.step = start_step
        self._train = SummaryWriter(os.path.join(folder, "train"))
        self._validation = SummaryWriter(os.path.join(folder, "validation"))
        self._begin_epoch()
        # END SOLUTION

    # BEGIN SOLUTION -
    def _begin_epoch(self) -> None:
        self._sums: dict[str, float] = {}
        self._samples = 0

    # END SOLUTION
    def log_train(self, metrics: Mapping[str, Any]) -> None:
        """Count one batch more, and write a point of each metric at the new `step`."""
        # BEGIN SOLUTION 24.1 one point of each training metric
        self.step += 1
        for name, value in metrics.items():
            self._train.add_scalar(name, _as_float(value), self.step)
        # END SOLUTION

    def log_validation(self, metrics: Mapping[str, Any], size: int) -> None:
        """Take in one validation batch: each value is a mean over its `size` samples. Nothing is written yet."""
        # BEGIN SOLUTION 24.1 add a validation batch to the epoch's sums
        for name, value in metrics.items():
            self._sums[name] = self._sums.get(name, 0.0) + _as_float(value) * size
        self._samples += size
        # END SOLUTION

    def end_epoch(self) -> dict[str, float]:
        """Write the validation means of this epoch at the current `step`; begin the next epoch's.

        Afterwards everything logged so far is in the files, even if the process is killed.

        Returns:
            Each validation metric's mean per sample, as a float. Without validation batches {}, and
            nothing is written.
        """
        # BEGIN SOLUTION 24.1 write the epoch's validation means, and everything to disk
        means = {name: total / self._samples for name, total in self._sums.items()}
        for name, mean in means.items():
            self._validation.add_scalar(name, mean, self.step)
        self._train.flush()
        self._validation.flush()
        self._begin_epoch()
        return means
        # END SOLUTION

    def close(self) -> None:
        """Bring everything to disk and end what was opened or started. A second call does nothing."""
        # BEGIN SOLUTION 24.3 close what is open
        self._train.close()
        self._validation.close()
        # END SOLUTION

    def __enter__(self) -> Self:
        # BEGIN SOLUTION 24.3 what `as` gives
        return self
        # END SOLUTION

    def __exit__(self, *problem: object) -> None:
        """Close, whether the block ended well or not; an exception reaches the caller."""
        # BEGIN SOLUTION 24.3 close at the end of the block
        self.close()
        # END SOLUTION


# BEGIN SOLUTION -
def _as_float(value: Any) -> float:
    return float(value.detach()) if isinstance(value, torch.Tensor) else float(value)


def _in_eval_mode(model: nn.Module, compute: Callable[[], Any]) -> Any:
    """What `compute` returns in eval mode and without a graph; then each layer's mode is as before."""
    modes = {layer: layer.training for layer in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return compute()
    finally:
        for layer, mode in modes.items():
            layer.training = mode


# END SOLUTION
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
    # BEGIN SOLUTION 24.4 train on one batch, `steps` times
    inputs, targets = batch
    model.train()
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    # END SOLUTION


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
    # BEGIN SOLUTION 24.6 compare the loss at the start with ln(classes)
    inputs, targets = batch
    loss = _in_eval_mode(model, lambda: nn.functional.cross_entropy(model(inputs), targets).item())
    expected = math.log(classes)
    return {"loss": loss, "expected": expected, "ok": abs(loss - expected) <= tolerance * expected}
    # END SOLUTION


def find_dead_relu(model: nn.Module, inputs: torch.Tensor) -> dict[str, list[bool]]:
    """Which units of each nn.ReLU give 0 for every sample of these inputs?

    The model is run in eval mode and without a graph. Afterwards it is as it was: each layer's
    mode, and no hook stays, also if the model raises.

    Returns:
        The name of each nn.ReLU, as in `named_modules`, and for each of its units whether it is dead.
        Units lie along axis 1 of the ReLU's output: of a convolution's output (N, C, H, W) they are
        the channels, and one is dead if it is 0 at every place of every sample.
    """
    # BEGIN SOLUTION 24.7 find the units that are 0 for every sample
    dead: dict[str, list[bool]] = {}

    def watch(name: str) -> Callable[[nn.Module, Any, torch.Tensor], None]:
        def look(layer: nn.Module, given: Any, output: torch.Tensor) -> None:
            others = [axis for axis in range(output.dim()) if axis != 1]
            dead[name] = (output == 0).all(dim=others).tolist()

        return look

    layers = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.ReLU)]
    hooks = [layer.register_forward_hook(watch(name)) for name, layer in layers]
    try:
        _in_eval_mode(model, lambda: model(inputs))
    finally:
        for hook in hooks:
            hook.remove()
    return dead
    # END SOLUTION


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
    # BEGIN SOLUTION 24.7 the first symptom that holds
    inputs, targets = batch
    if not check_loss_at_init(model, batch, classes)["ok"]:
        return "loss_at_init"
    if any(all(units) for units in find_dead_relu(model, inputs).values()):
        return "dead_relu"
    model.zero_grad()
    model.train()
    nn.functional.cross_entropy(model(inputs), targets).backward()
    wanted = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if any(parameter.grad is None for parameter in wanted):
        return "no_gradient"
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    if any(id(parameter) not in held for parameter in wanted):
        return "not_in_optimizer"
    losses = overfit_one_batch(model, batch, nn.functional.cross_entropy, optimizer, steps)
    return "healthy" if losses[-1] < losses[0] / 2 else "does_not_overfit"
    # END SOLUTION
