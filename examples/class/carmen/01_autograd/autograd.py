from __future__ import annotations

from collections.abc import Callable
from numbers import Real

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Operand: TypeAlias = "Tensor | np.ndarray | float"

# Where a result came from: an operand, and how the result's gradient becomes the operand's.
Source: TypeAlias = "tuple[Tensor, Callable[[np.ndarray], np.ndarray]]"



class Tensor:
    """An array that remembers how it was computed.

    Attributes:
        data: the values, an ndarray of a floating dtype.
        grad: None until a gradient arrives, then an ndarray of `data`'s shape and dtype. Only leaves count:
            tensors that you made yourself, not results of an operation.
        requires_grad: is a gradient wanted here? A result requires one if any of its operands does.
    """

    __array_ufunc__ = None  # numpy then leaves `ndarray + Tensor` to Tensor.__radd__

    def __init__(self, data: ArrayLike, requires_grad: bool = False) -> None:
        """Make a leaf.

        Args:
            data: a number, a nested list or an ndarray. A floating dtype is kept, all else becomes float64.
            requires_grad: does `backward` fill `grad`?

        Raises:
            ValueError: `data` does not consist of numbers.
        """
        try:
            array = np.asarray(data)
            self.data = array if array.dtype.kind == "f" else array.astype(np.float64, casting="safe")
        except (TypeError, ValueError):
            raise ValueError(f"data must consist of numbers, got {data!r}") from None
        self.grad: np.ndarray | None = None
        self.requires_grad = requires_grad
        self._sources: tuple[Source, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`."""
        return self.data.shape

    def _operand(self, other: Operand) -> Tensor:
        """`other` as a Tensor. A number takes this tensor's dtype: as a float64 it would widen float32."""
        if isinstance(other, Tensor):
            return other
        if isinstance(other, np.ndarray):
            return Tensor(other)
        if isinstance(other, Real):
            return Tensor(np.asarray(other, dtype=self.data.dtype))
        raise TypeError(f"an operand must be a Tensor, an ndarray or a number, not {type(other).__name__}")

    def __add__(self, other: Operand) -> Tensor:
        """self + other, with broadcasting. Every operator refuses an operand of a foreign type: TypeError."""
        other = self._operand(other)
        return _result(self.data + other.data, (self, lambda grad: grad), (other, lambda grad: grad))

    def __sub__(self, other: Operand) -> Tensor:
        """self - other, with broadcasting."""
        other = self._operand(other)
        return _result(self.data - other.data, (self, lambda grad: grad), (other, lambda grad: -grad))

    def __mul__(self, other: Operand) -> Tensor:
        """self * other, elementwise and with broadcasting."""
        other = self._operand(other)
        return _result(
            self.data * other.data,
            (self, lambda grad: grad * other.data),
            (other, lambda grad: grad * self.data),
        )

    def __truediv__(self, other: Operand) -> Tensor:
        """self / other, elementwise and with broadcasting."""
        other = self._operand(other)
        return _result(
            self.data / other.data,
            (self, lambda grad: grad / other.data),
            (other, lambda grad: -grad * self.data / other.data**2),
        )

    def __radd__(self, other: Operand) -> Tensor:
        """other + self, where `other` is an ndarray or a number."""
        return self._operand(other) + self

    def __rsub__(self, other: Operand) -> Tensor:
        """other - self, where `other` is an ndarray or a number."""
        return self._operand(other) - self

    def __rmul__(self, other: Operand) -> Tensor:
        """other * self, where `other` is an ndarray or a number."""
        return self._operand(other) * self

    def __rtruediv__(self, other: Operand) -> Tensor:
        """other / self, where `other` is an ndarray or a number."""
        return self._operand(other) / self

    def __neg__(self) -> Tensor:
        """-self."""
        return _result(-self.data, (self, lambda grad: -grad))

    def __pow__(self, exponent: float) -> Tensor:
        """self ** exponent, elementwise, for a number `exponent`; TypeError for anything foreign."""
        if not isinstance(exponent, Real):
            raise TypeError(f"exponent must be a number, not {type(exponent).__name__}")
        return _result(
            self.data**exponent,
            (self, lambda grad: grad * exponent * self.data ** (exponent - 1)),
        )

    def __matmul__(self, other: Tensor) -> Tensor:
        """The matrix product: (n, k) @ (k, m) is (n, m). ValueError if the inner sizes differ."""
        other = self._operand(other)
        return _result(
            self.data @ other.data,
            (self, lambda grad: grad @ other.data.T),
            (other, lambda grad: self.data.T @ grad),
        )

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The sum of all elements, or along one axis (a negative one counts from the end).

        With `keepdims` a summed axis stays, with size 1. ValueError if there is no such axis.
        """
        total = self.data.sum(axis=axis, keepdims=True)
        return _result(
            total if keepdims else total.squeeze(axis),
            (self, lambda grad: np.broadcast_to(grad.reshape(total.shape), self.shape)),
        )

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """The mean of all elements, or along one axis; `axis` and `keepdims` as in `sum`."""
        total = self.sum(axis, keepdims)
        return total / (self.data.size if axis is None else self.shape[axis])

    def relu(self) -> Tensor:
        """max(self, 0), elementwise. The derivative at 0 is 0."""
        return _result(np.maximum(self.data, 0), (self, lambda grad: grad * (self.data > 0)))

    def exp(self) -> Tensor:
        """e to the power of self, elementwise."""
        power = np.exp(self.data)
        return _result(power, (self, lambda grad: grad * power))

    def log(self) -> Tensor:
        """The natural logarithm, elementwise."""
        return _result(np.log(self.data), (self, lambda grad: grad / self.data))

    def reshape(self, *shape: int) -> Tensor:
        """The same elements in another shape; one size may be -1. ValueError if they do not fit in."""
        return _result(self.data.reshape(*shape), (self, lambda grad: grad.reshape(self.shape)))

    @property
    def T(self) -> Tensor:
        """The transpose: (n, m) becomes (m, n)."""
        return _result(self.data.T, (self, lambda grad: grad.T))

    def backward(self, grad: np.ndarray | None = None) -> None:
        """Add the gradient of (self * grad).sum() to the `grad` of every leaf that requires it.

        Args:
            grad: the gradient with respect to self, of self's shape. Where self has one element it may be
                left out and is 1.

        Raises:
            RuntimeError: self requires no gradient; `grad` has another shape than self; or `grad` is left out
                and self does not have exactly one element.
        """
        if not self.requires_grad:
            raise RuntimeError("backward: neither this tensor nor what it was made from requires a gradient")
        if grad is None and self.data.size != 1:
            raise RuntimeError(f"backward: grad may be left out for one element, not for shape {self.shape}")
        if grad is not None and np.shape(grad) != self.shape:
            raise RuntimeError(f"backward: grad has shape {np.shape(grad)}, the tensor has {self.shape}")
        self._add_to_grad(np.ones_like(self.data) if grad is None else grad)
        for node in reversed(_sources_first(self)):
            for parent, pull_back in node._sources:
                parent._add_to_grad(_sum_to(parent.shape, pull_back(node.grad)))
            if node._sources:
                node.grad = None  # as in torch, only leaves keep theirs

    def zero_grad(self) -> None:
        """Set `grad` to None."""
        self.grad = None

    def _add_to_grad(self, share: np.ndarray) -> None:
        """Add up in an array of our own: `share` may belong to the caller, or to another tensor too."""
        self.grad = np.zeros_like(self.data) + share



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


