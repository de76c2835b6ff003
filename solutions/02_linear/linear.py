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
        # BEGIN SOLUTION 02.1 draw weight and bias, start both gradients as zeros
        self.in_features = in_features
        self.out_features = out_features
        if rng is None:
            rng = np.random.default_rng()
        bound = 1 / np.sqrt(in_features)
        self.weight = rng.uniform(-bound, bound, size=(out_features, in_features))
        self.bias = rng.uniform(-bound, bound, size=out_features) if bias else None
        self.zero_grad()
        # END SOLUTION

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute y and keep what backward will need.

        Args:
            x: shape (..., in_features): one sample, a batch, or more dimensions; never changed.

        Returns:
            y, shape (..., out_features). Its dtype is x's if that is floating, else float64.

        Raises:
            ValueError: the last dimension of x is not in_features; the message names both sizes.
        """
        # BEGIN SOLUTION 02.1 y = x @ weight.T + bias, in the shape and dtype described above
        if x.shape[-1] != self.in_features:
            raise ValueError(f"x has last dimension {x.shape[-1]}, in_features is {self.in_features}")
        self._x = x
        y = x @ self.weight.T
        if self.bias is not None:
            y = y + self.bias
        return y.astype(x.dtype if np.issubdtype(x.dtype, np.floating) else np.float64)
        # END SOLUTION

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        """Add this batch's share to grad_weight and grad_bias, and pass the gradient on.

        It belongs to the newest forward, and may be called more than once after it.

        Args:
            grad_y: gradient of the loss with respect to y, shaped as that y; never changed.

        Returns:
            grad_x, the gradient with respect to x: its shape is x's, its dtype grad_y's if that is floating.
        """
        # BEGIN SOLUTION 02.2 grad_x, and what this batch adds to grad_weight and grad_bias
        # A gradient sums over every sample, so all the leading dimensions become one.
        samples = self._x.reshape(-1, self.in_features)
        errors = grad_y.reshape(-1, self.out_features)
        self.grad_weight += errors.T @ samples
        if self.grad_bias is not None:
            self.grad_bias += errors.sum(axis=0)
        return (grad_y @ self.weight).astype(grad_y.dtype)
        # END SOLUTION

    def zero_grad(self) -> None:
        """Set grad_weight and grad_bias back to zeros, not to None; without bias, grad_bias stays None."""
        # BEGIN SOLUTION 02.6 both gradients back to zeros
        self.grad_weight = np.zeros_like(self.weight)
        self.grad_bias = None if self.bias is None else np.zeros_like(self.bias)
        # END SOLUTION
