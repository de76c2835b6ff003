"""One Adam step, as torch.optim.Adam takes it.

Sources: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1; for amsgrad
Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond" (2018), with the bias correction of torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np


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
        raise NotImplementedError("03.8 check the arguments and prepare what is remembered of each parameter")

    def step(self) -> None:
        """Update the data of every parameter that has a gradient, in place.

        A parameter whose grad is None is skipped: its data, its averages and its step count stay as they are.
        Gradients are read and never written. `data` keeps its shape and dtype.
        """
        raise NotImplementedError("03.2 one Adam update of every parameter that has a gradient")

    def zero_grad(self) -> None:
        """Set the grad of every parameter to None."""
        raise NotImplementedError("03.6 forget the gradients")

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on later: averages, step counts and settings, in a form of your choice.

        The dict is a copy: nothing the optimizer does afterwards changes it. It holds no parameters.
        """
        raise NotImplementedError("03.7 a copy of averages, step counts and settings")

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on as the optimizer that gave `state`: averages, step counts and settings are all replaced.

        The parameters are matched by their order, as in torch. `state` is copied: nothing the optimizer does
        afterwards changes it.
        """
        raise NotImplementedError("03.7 put a copy of what state_dict gave in place of what is here")
