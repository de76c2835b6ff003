"""A fully connected layer, forward and backward, as in torch.nn.Linear.

Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.Linear.html
"""

import numpy as np


class Linear:
    """y = x @ weight.T + bias, for inputs with any number of leading dimensions.

    Attributes:
        weight: shape (out_features, in_features), float64.
        bias: shape (out_features,), float64; None where the layer has no bias.
        grad_weight: the gradient collected so far, shaped as weight; starts as zeros.
        grad_bias: the same for the bias; None where the layer has no bias.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw weight and bias from U(-1/sqrt(in_features), 1/sqrt(in_features)).

        Args:
            in_features: size of the last dimension of x.
            out_features: size of the last dimension of y.
            bias: False builds a layer without bias: bias and grad_bias are None.
            rng: where all the random numbers come from; None means a new, unseeded generator.
        """
        raise NotImplementedError("02.1 draw weight and bias, start both gradients as zeros")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute y and keep what backward will need.

        Args:
            x: shape (..., in_features): one sample, a batch, or more dimensions; never changed.

        Returns:
            y, shape (..., out_features). Its dtype is x's if that is floating, else float64.

        Raises:
            ValueError: the last dimension of x is not in_features; the message names both sizes.
        """
        raise NotImplementedError("02.1 y = x @ weight.T + bias, in the shape and dtype described above")

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        """Add this batch's share to grad_weight and grad_bias, and pass the gradient on.

        It belongs to the newest forward, and may be called more than once after it.

        Args:
            grad_y: gradient of the loss with respect to y, shaped as that y; never changed.

        Returns:
            grad_x, the gradient with respect to x: its shape is x's, its dtype grad_y's if that is floating.
        """
        raise NotImplementedError("02.2 grad_x, and what this batch adds to grad_weight and grad_bias")

    def zero_grad(self) -> None:
        """Set grad_weight and grad_bias back to zeros, not to None; without bias, grad_bias stays None."""
        raise NotImplementedError("02.6 both gradients back to zeros")
