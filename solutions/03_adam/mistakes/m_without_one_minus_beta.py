"""Adds the whole gradient to its average, not 1 - beta1 of it."""

from __future__ import annotations

# BEGIN SOLUTION -
import copy

# END SOLUTION
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

# BEGIN SOLUTION -
SETTINGS = ("lr", "betas", "eps", "weight_decay", "amsgrad", "maximize")
# END SOLUTION


class Parameter(Protocol):
    """What the optimizer trains: any object that has these two attributes."""

    data: np.ndarray
    grad: np.ndarray | None


class Adam:
    """Adam with the semantics of torch.optim.Adam, for numpy arrays.

    Args:
        params: the parameters; any iterable of them, also one that can be read only once.
        lr: the learning rate; may be changed between steps through the attribute `lr`.
        betas: how much of the old average is kept, for the gradient and for its square.
        eps: added to the root of the averaged square, so that nothing is divided by 0.
        weight_decay: L2 penalty; this share of the parameter is added to its gradient (not AdamW).
        amsgrad: divide by the root of the largest average so far and not by that of the newest one.
        maximize: climb the gradient and not descend it.

    Raises:
        ValueError: lr, eps or weight_decay is negative, a beta is outside [0, 1), or there are no parameters.
            The message names the argument and its value.
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        maximize: bool = False,
    ) -> None:
        # BEGIN SOLUTION 03.8 check the arguments and prepare what is remembered of each parameter
        for name, value in (("lr", lr), ("eps", eps), ("weight_decay", weight_decay)):
            if value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        self.params = list(params)  # read once: a generator would be empty at the second reading
        if not self.params:
            raise ValueError("params must hold at least one parameter, got none")

        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.amsgrad = amsgrad
        self.maximize = maximize
        # The averages start as the number 0 and take shape and dtype from their parameter's first gradient.
        nothing: dict[str, Any] = {"step": 0, "m": 0.0, "v": 0.0, "v_max": 0.0}
        self._moments = [nothing.copy() for _ in self.params]
        # END SOLUTION

    def step(self) -> None:
        """Update the data of every parameter that has a gradient, in place.

        A parameter whose grad is None is skipped: its data, its averages and its step count stay as they are.
        Gradients are read and never written. `data` keeps its shape and dtype.
        """
        # BEGIN SOLUTION 03.2 one Adam update of every parameter that has a gradient
        beta1, beta2 = self.betas
        for param, own in zip(self.params, self._moments, strict=True):
            if param.grad is None:
                continue
            grad = -param.grad if self.maximize else param.grad
            grad = grad + self.weight_decay * param.data  # not +=: the array in param.grad is the caller's

            own["step"] += 1
            own["m"] = beta1 * own["m"] + grad
            own["v"] = beta2 * own["v"] + (1 - beta2) * grad**2
            own["v_max"] = np.maximum(own["v_max"], own["v"])
            v = own["v_max"] if self.amsgrad else own["v"]

            # Both averages started at 0 and are too small at first, by exactly these factors.
            m_hat = own["m"] / (1 - beta1 ** own["step"])
            v_hat = v / (1 - beta2 ** own["step"])
            param.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        # END SOLUTION

    def zero_grad(self) -> None:
        """Set the grad of every parameter to None."""
        # BEGIN SOLUTION 03.6 forget the gradients
        for param in self.params:
            param.grad = None
        # END SOLUTION

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on later: averages, step counts and settings, in a form of your choice.

        The dict is a copy: nothing the optimizer does afterwards changes it. It holds no parameters.
        """
        # BEGIN SOLUTION 03.7 a copy of averages, step counts and settings
        settings = {name: getattr(self, name) for name in SETTINGS}
        return {"settings": settings, "moments": copy.deepcopy(self._moments)}
        # END SOLUTION

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on as the optimizer that gave `state`: averages, step counts and settings are all replaced.

        The parameters are matched by their order, as in torch. `state` is copied: nothing the optimizer does
        afterwards changes it.
        """
        # BEGIN SOLUTION 03.7 put a copy of what state_dict gave in place of what is here
        for name in SETTINGS:
            setattr(self, name, state["settings"][name])
        self._moments = copy.deepcopy(state["moments"])
        # END SOLUTION
