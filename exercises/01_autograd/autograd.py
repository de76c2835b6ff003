"""Reverse-mode automatic differentiation of numpy arrays, with the semantics of torch.autograd.

Each operation computes its result and notes where the result came from. `backward` walks these notes from
the last operation to the first and applies the chain rule at each.

Source: A. G. Baydin et al., "Automatic differentiation in machine learning: a survey", JMLR 18 (2018), 3.2.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Operand: TypeAlias = "Tensor | np.ndarray | float"


class Tensor:
    """An array that remembers how it was computed.

    Attributes:
        data: the values, an ndarray of a floating dtype.
        grad: None until a gradient arrives, then an ndarray of `data`'s shape and dtype. Only leaves count:
            tensors that you made yourself, not results of an operation.
        requires_grad: is a gradient wanted here? A result requires one if any of its operands does.
    """

    def __init__(self, data: ArrayLike, requires_grad: bool = False) -> None:
        """Make a leaf.

        Args:
            data: a number, a nested list or an ndarray. A floating dtype is kept, all else becomes float64.
            requires_grad: does `backward` fill `grad`?

        Raises:
            ValueError: `data` does not consist of numbers.
        """
        raise NotImplementedError("01.1 keep data as a floating ndarray, grad and requires_grad")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`."""
        return self.data.shape

    def __add__(self, other: Operand) -> Tensor:
        """self + other, with broadcasting. Every operator refuses an operand of a foreign type: TypeError."""
        raise NotImplementedError("01.1 the sum, and how its gradient reaches both operands")

    def __sub__(self, other: Operand) -> Tensor:
        """self - other, with broadcasting."""
        raise NotImplementedError("01.1 the difference, and how its gradient reaches both operands")

    def __mul__(self, other: Operand) -> Tensor:
        """self * other, elementwise and with broadcasting."""
        raise NotImplementedError("01.1 the product, and how its gradient reaches both operands")

    def __truediv__(self, other: Operand) -> Tensor:
        """self / other, elementwise and with broadcasting."""
        raise NotImplementedError("01.1 the quotient, and how its gradient reaches both operands")

    def __radd__(self, other: Operand) -> Tensor:
        """other + self, where `other` is an ndarray or a number."""
        raise NotImplementedError("01.3 the sum, with the tensor on the right")

    def __rsub__(self, other: Operand) -> Tensor:
        """other - self, where `other` is an ndarray or a number."""
        raise NotImplementedError("01.3 the difference, with the tensor on the right")

    def __rmul__(self, other: Operand) -> Tensor:
        """other * self, where `other` is an ndarray or a number."""
        raise NotImplementedError("01.3 the product, with the tensor on the right")

    def __rtruediv__(self, other: Operand) -> Tensor:
        """other / self, where `other` is an ndarray or a number."""
        raise NotImplementedError("01.3 the quotient, with the tensor on the right")

    def __neg__(self) -> Tensor:
        """-self."""
        raise NotImplementedError("01.1 the negative, and how its gradient reaches self")

    def __pow__(self, exponent: float) -> Tensor:
        """self ** exponent, elementwise, for a number `exponent`; TypeError for anything foreign."""
        raise NotImplementedError("01.1 the power, and how its gradient reaches self")

    def __matmul__(self, other: Tensor) -> Tensor:
        """The matrix product: (n, k) @ (k, m) is (n, m). ValueError if the inner sizes differ."""
        raise NotImplementedError("01.4 the matrix product, and how its gradient reaches both operands")

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The sum of all elements, or along one axis (a negative one counts from the end).

        With `keepdims` a summed axis stays, with size 1. ValueError if there is no such axis.
        """
        raise NotImplementedError("01.4 the sum, and how its gradient reaches every element of it")

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The mean of all elements, or along one axis; `axis` and `keepdims` as in `sum`."""
        raise NotImplementedError("01.4 the mean, and how its gradient reaches every element of it")

    def relu(self) -> Tensor:
        """max(self, 0), elementwise. The derivative at 0 is 0."""
        raise NotImplementedError("01.8 relu, and how its gradient reaches self")

    def exp(self) -> Tensor:
        """e to the power of self, elementwise."""
        raise NotImplementedError("01.1 the exponential, and how its gradient reaches self")

    def log(self) -> Tensor:
        """The natural logarithm, elementwise."""
        raise NotImplementedError("01.1 the logarithm, and how its gradient reaches self")

    def reshape(self, *shape: int) -> Tensor:
        """The same elements in another shape; one size may be -1. ValueError if they do not fit in."""
        raise NotImplementedError("01.4 the reshaped tensor, and how its gradient reaches self")

    @property
    def T(self) -> Tensor:
        """The transpose: (n, m) becomes (m, n)."""
        raise NotImplementedError("01.4 the transpose, and how its gradient reaches self")

    def backward(self, grad: np.ndarray | None = None) -> None:
        """Add the gradient of (self * grad).sum() to the `grad` of every leaf that requires it.

        Args:
            grad: the gradient with respect to self, of self's shape. Where self has one element it may be
                left out and is 1.

        Raises:
            RuntimeError: self requires no gradient; `grad` has another shape than self; or `grad` is left out
                and self does not have exactly one element.
        """
        raise NotImplementedError("01.2 walk to the leaves, each tensor once and after all made from it")

    def zero_grad(self) -> None:
        """Set `grad` to None."""
        raise NotImplementedError("01.5 forget the gradient")
