"""backward starts with 0, where it should start with 1."""

from __future__ import annotations

# BEGIN SOLUTION -
from collections.abc import Callable
from numbers import Real

# END SOLUTION
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Operand: TypeAlias = "Tensor | np.ndarray | float"

# BEGIN SOLUTION -
# Where a result came from: an operand, and how the result's gradient becomes the operand's.
Source: TypeAlias = "tuple[Tensor, Callable[[np.ndarray], np.ndarray]]"

# END SOLUTION


class Tensor:
    """An array that remembers how it was computed.

    Attributes:
        data: the values, an ndarray of a floating dtype.
        grad: None until a gradient arrives, then an ndarray of `data`'s shape and dtype. Only leaves count:
            tensors that you made yourself, not results of an operation.
        requires_grad: is a gradient wanted here? A result requires one if any of its operands does.
    """

    # BEGIN SOLUTION -
    __array_ufunc__ = None  # numpy then leaves `ndarray + Tensor` to Tensor.__radd__

    # END SOLUTION
    def __init__(self, data: ArrayLike, requires_grad: bool = False) -> None:
        """Make a leaf.

        Args:
            data: a number, a nested list or an ndarray. A floating dtype is kept, all else becomes float64.
            requires_grad: does `backward` fill `grad`?

        Raises:
            ValueError: `data` does not consist of numbers.
        """
        # BEGIN SOLUTION 01.1 keep data as a floating ndarray, grad and requires_grad
        try:
            array = np.asarray(data)
            self.data = array if array.dtype.kind == "f" else array.astype(np.float64, casting="safe")
        except (TypeError, ValueError):
            raise ValueError(f"data must consist of numbers, got {data!r}") from None
        self.grad: np.ndarray | None = None
        self.requires_grad = requires_grad
        self._sources: tuple[Source, ...] = ()
        # END SOLUTION

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`."""
        return self.data.shape

    # BEGIN SOLUTION -
    def _operand(self, other: Operand) -> Tensor:
        """`other` as a Tensor. A number takes this tensor's dtype: as a float64 it would widen float32."""
        if isinstance(other, Tensor):
            return other
        if isinstance(other, np.ndarray):
            return Tensor(other)
        if isinstance(other, Real):
            return Tensor(np.asarray(other, dtype=self.data.dtype))
        raise TypeError(f"an operand must be a Tensor, an ndarray or a number, not {type(other).__name__}")

    # END SOLUTION
    def __add__(self, other: Operand) -> Tensor:
        """self + other, with broadcasting. Every operator refuses an operand of a foreign type: TypeError."""
        # BEGIN SOLUTION 01.1 the sum, and how its gradient reaches both operands
        other = self._operand(other)
        return _result(self.data + other.data, (self, lambda grad: grad), (other, lambda grad: grad))
        # END SOLUTION

    def __sub__(self, other: Operand) -> Tensor:
        """self - other, with broadcasting."""
        # BEGIN SOLUTION 01.1 the difference, and how its gradient reaches both operands
        other = self._operand(other)
        return _result(self.data - other.data, (self, lambda grad: grad), (other, lambda grad: -grad))
        # END SOLUTION

    def __mul__(self, other: Operand) -> Tensor:
        """self * other, elementwise and with broadcasting."""
        # BEGIN SOLUTION 01.1 the product, and how its gradient reaches both operands
        other = self._operand(other)
        return _result(
            self.data * other.data,
            (self, lambda grad: grad * other.data),
            (other, lambda grad: grad * self.data),
        )
        # END SOLUTION

    def __truediv__(self, other: Operand) -> Tensor:
        """self / other, elementwise and with broadcasting."""
        # BEGIN SOLUTION 01.1 the quotient, and how its gradient reaches both operands
        other = self._operand(other)
        return _result(
            self.data / other.data,
            (self, lambda grad: grad / other.data),
            (other, lambda grad: -grad * self.data / other.data**2),
        )
        # END SOLUTION

    def __radd__(self, other: Operand) -> Tensor:
        """other + self, where `other` is an ndarray or a number."""
        # BEGIN SOLUTION 01.3 the sum, with the tensor on the right
        return self._operand(other) + self
        # END SOLUTION

    def __rsub__(self, other: Operand) -> Tensor:
        """other - self, where `other` is an ndarray or a number."""
        # BEGIN SOLUTION 01.3 the difference, with the tensor on the right
        return self._operand(other) - self
        # END SOLUTION

    def __rmul__(self, other: Operand) -> Tensor:
        """other * self, where `other` is an ndarray or a number."""
        # BEGIN SOLUTION 01.3 the product, with the tensor on the right
        return self._operand(other) * self
        # END SOLUTION

    def __rtruediv__(self, other: Operand) -> Tensor:
        """other / self, where `other` is an ndarray or a number."""
        # BEGIN SOLUTION 01.3 the quotient, with the tensor on the right
        return self._operand(other) / self
        # END SOLUTION

    def __neg__(self) -> Tensor:
        """-self."""
        # BEGIN SOLUTION 01.1 the negative, and how its gradient reaches self
        return _result(-self.data, (self, lambda grad: -grad))
        # END SOLUTION

    def __pow__(self, exponent: float) -> Tensor:
        """self ** exponent, elementwise, for a number `exponent`; TypeError for anything foreign."""
        # BEGIN SOLUTION 01.1 the power, and how its gradient reaches self
        if not isinstance(exponent, Real):
            raise TypeError(f"exponent must be a number, not {type(exponent).__name__}")
        return _result(
            self.data**exponent,
            (self, lambda grad: grad * exponent * self.data ** (exponent - 1)),
        )
        # END SOLUTION

    def __matmul__(self, other: Tensor) -> Tensor:
        """The matrix product: (n, k) @ (k, m) is (n, m). ValueError if the inner sizes differ."""
        # BEGIN SOLUTION 01.4 the matrix product, and how its gradient reaches both operands
        other = self._operand(other)
        return _result(
            self.data @ other.data,
            (self, lambda grad: grad @ other.data.T),
            (other, lambda grad: self.data.T @ grad),
        )
        # END SOLUTION

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The sum of all elements, or along one axis (a negative one counts from the end).

        With `keepdims` a summed axis stays, with size 1. ValueError if there is no such axis.
        """
        # BEGIN SOLUTION 01.4 the sum, and how its gradient reaches every element of it
        total = self.data.sum(axis=axis, keepdims=True)
        return _result(
            total if keepdims else total.squeeze(axis),
            (self, lambda grad: np.broadcast_to(grad.reshape(total.shape), self.shape)),
        )
        # END SOLUTION

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The mean of all elements, or along one axis; `axis` and `keepdims` as in `sum`."""
        # BEGIN SOLUTION 01.4 the mean, and how its gradient reaches every element of it
        mean = self.data.mean(axis=axis, keepdims=True)
        count = self.data.size if axis is None else self.shape[axis]
        return _result(
            mean if keepdims else mean.squeeze(axis),
            (self, lambda grad: np.broadcast_to(grad.reshape(mean.shape) / count, self.shape)),
        )
        # END SOLUTION

    def relu(self) -> Tensor:
        """max(self, 0), elementwise. The derivative at 0 is 0."""
        # BEGIN SOLUTION 01.8 relu, and how its gradient reaches self
        return _result(np.maximum(self.data, 0), (self, lambda grad: grad * (self.data > 0)))
        # END SOLUTION

    def exp(self) -> Tensor:
        """e to the power of self, elementwise."""
        # BEGIN SOLUTION 01.1 the exponential, and how its gradient reaches self
        power = np.exp(self.data)
        return _result(power, (self, lambda grad: grad * power))
        # END SOLUTION

    def log(self) -> Tensor:
        """The natural logarithm, elementwise."""
        # BEGIN SOLUTION 01.1 the logarithm, and how its gradient reaches self
        return _result(np.log(self.data), (self, lambda grad: grad / self.data))
        # END SOLUTION

    def reshape(self, *shape: int) -> Tensor:
        """The same elements in another shape; one size may be -1. ValueError if they do not fit in."""
        # BEGIN SOLUTION 01.4 the reshaped tensor, and how its gradient reaches self
        return _result(self.data.reshape(*shape), (self, lambda grad: grad.reshape(self.shape)))
        # END SOLUTION

    @property
    def T(self) -> Tensor:
        """The transpose: (n, m) becomes (m, n)."""
        # BEGIN SOLUTION 01.4 the transpose, and how its gradient reaches self
        return _result(self.data.T, (self, lambda grad: grad.T))
        # END SOLUTION

    def backward(self, grad: np.ndarray | None = None) -> None:
        """Add the gradient of (self * grad).sum() to the `grad` of every leaf that requires it.

        Args:
            grad: the gradient with respect to self, of self's shape. Where self has one element it may be
                left out and is 1.

        Raises:
            RuntimeError: self requires no gradient; `grad` has another shape than self; or `grad` is left out
                and self does not have exactly one element.
        """
        # BEGIN SOLUTION 01.2 walk to the leaves, each tensor once and after all made from it
        if not self.requires_grad:
            raise RuntimeError("backward: neither this tensor nor what it was made from requires a gradient")
        if grad is None and self.data.size != 1:
            raise RuntimeError(f"backward: grad may be left out for one element, not for shape {self.shape}")
        if grad is not None and np.shape(grad) != self.shape:
            raise RuntimeError(f"backward: grad has shape {np.shape(grad)}, the tensor has {self.shape}")
        self._add_to_grad(np.zeros_like(self.data) if grad is None else grad)
        for node in reversed(_sources_first(self)):
            for parent, pull_back in node._sources:
                parent._add_to_grad(_sum_to(parent.shape, pull_back(node.grad)))
            if node._sources:
                node.grad = None  # as in torch, only leaves keep theirs
        # END SOLUTION

    def zero_grad(self) -> None:
        """Set `grad` to None."""
        # BEGIN SOLUTION 01.5 forget the gradient
        self.grad = None
        # END SOLUTION

    # BEGIN SOLUTION -
    def _add_to_grad(self, share: np.ndarray) -> None:
        """Add up in an array of our own: `share` may belong to the caller, or to another tensor too."""
        if self.grad is None:
            self.grad = np.zeros_like(self.data)
        self.grad += share

    # END SOLUTION


# BEGIN SOLUTION -
def _result(data: np.ndarray, *sources: Source) -> Tensor:
    """The result of an operation, linked to those of its operands that want a gradient."""
    out = Tensor(data)
    out._sources = tuple(source for source in sources if source[0].requires_grad)
    out.requires_grad = bool(out._sources)
    return out


def _sources_first(last: Tensor) -> list[Tensor]:
    """Every tensor that `last` was made from and `last` itself, each once and after all it was made from.

    A loop with its own stack, because a recursive function would hit Python's limit on a long chain.
    """
    order: list[Tensor] = []
    seen: set[Tensor] = set()
    stack = [(last, False)]
    while stack:
        node, sources_done = stack.pop()
        if sources_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent, _ in node._sources]
    return order


def _sum_to(shape: tuple[int, ...], grad: np.ndarray) -> np.ndarray:
    """Undo broadcasting: where an element was used many times, its gradients add up."""
    added = grad.ndim - len(shape)
    stretched = [added + axis for axis, size in enumerate(shape) if size == 1]
    return grad.sum(axis=(*range(added), *stretched)).reshape(shape)


# END SOLUTION
