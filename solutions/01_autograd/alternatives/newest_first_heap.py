"""Tensors are numbered as they are made, and backward takes the newest one that waits: no sort is needed."""

import heapq
import itertools
import numbers

import numpy as np

_serial = itertools.count()


class Tensor:
    def __init__(self, data, requires_grad=False):
        data = np.asarray(data)
        if data.dtype.kind != "f":
            try:
                data = data.astype("float64")
            except TypeError as e:
                raise ValueError(f"data: not numbers: {data}") from e
        self.data, self.requires_grad, self.grad = data, requires_grad, None
        self.serial = next(_serial)
        self.recipe = []  # pairs: parent, function from my gradient to a share of the parent's

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """numpy calls this for `ndarray + Tensor` and the like."""
        names = {"add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__"}
        if method != "__call__" or ufunc.__name__ not in names or kwargs:
            return NotImplemented
        left, right = inputs
        return getattr(right, names[ufunc.__name__])(left)

    def __getattr__(self, name):
        if name == "shape":
            return self.data.shape
        raise AttributeError(name)

    def __add__(self, other):
        return linear_map(np.add, self, other, lambda a, b: (1, 1))

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return linear_map(np.subtract, self, other, lambda a, b: (1, -1))

    def __rsub__(self, other):
        return linear_map(np.subtract, other, self, lambda a, b: (1, -1))

    def __mul__(self, other):
        return linear_map(np.multiply, self, other, lambda a, b: (b, a))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return linear_map(np.divide, self, other, lambda a, b: (1 / b, -a / (b * b)))

    def __rtruediv__(self, other):
        return linear_map(np.divide, other, self, lambda a, b: (1 / b, -a / (b * b)))

    def __neg__(self):
        return unary(self, -self.data, lambda g: -g)

    def __pow__(self, power):
        if isinstance(power, (str, bytes)) or not isinstance(power, numbers.Number):
            raise TypeError(f"bad exponent {power!r}")
        x = self.data
        return unary(self, x**power, lambda g: g * (power * x ** (power - 1)))

    def __matmul__(self, other):
        if not isinstance(other, (Tensor, np.ndarray)):
            raise TypeError(f"cannot multiply a matrix by {other!r}")
        other = wrap(other, self)
        a, b = self.data, other.data
        recipe = [
            (self, lambda g: np.einsum("ij,kj->ik", g, b)),
            (other, lambda g: np.einsum("ij,ik->jk", a, g)),
        ]
        return made(a @ b, recipe)

    def sum(self, axis=None, keepdims=False):
        spread = (lambda g: g) if axis is None or keepdims else (lambda g: np.expand_dims(g, axis))
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return unary(self, total, lambda g: spread(g) + np.zeros_like(self.data))

    def mean(self, axis=None, keepdims=False):
        result = self.sum(axis=axis, keepdims=keepdims)
        share = result.data.size / self.data.size if self.data.size else 1.0
        return result * share

    def relu(self):
        return unary(self, self.data.clip(min=0), lambda g: np.where(self.data <= 0, 0 * g, g))

    def exp(self):
        y = np.exp(self.data)
        return unary(self, y, lambda g: y * g)

    def log(self):
        return unary(self, np.log(self.data), lambda g: np.divide(g, self.data))

    def reshape(self, *shape):
        return unary(self, self.data.reshape(*shape), lambda g: np.asarray(g).reshape(self.data.shape))

    @property
    def T(self):
        return unary(self, np.transpose(self.data), np.transpose)

    def zero_grad(self):
        self.grad = None

    def backward(self, grad=None):
        if not self.requires_grad:
            raise RuntimeError("nothing to differentiate")
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError("pass grad")
            grad = np.ones(self.data.shape, dtype=self.data.dtype)
        if np.asarray(grad).shape != self.data.shape:
            raise RuntimeError("grad.shape is not data.shape")
        waiting = {self.serial: (self, [np.asarray(grad)])}
        heap = [-self.serial]
        while heap:
            node, arrived = waiting.pop(-heapq.heappop(heap))
            total = sum(arrived[1:], start=arrived[0])
            if not node.recipe:
                node.grad = np.array(total) if node.grad is None else np.array(node.grad + total)
            for parent, share in node.recipe:
                if parent.serial not in waiting:
                    waiting[parent.serial] = (parent, [])
                    heapq.heappush(heap, -parent.serial)
                waiting[parent.serial][1].append(shrink(np.asarray(share(total)), parent.data.shape))


def wrap(value, like):
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray):
        return Tensor(value)
    if isinstance(value, numbers.Number) or isinstance(value, np.generic):
        return Tensor(np.array(value, dtype=like.data.dtype))
    raise TypeError(f"a Tensor cannot be combined with {value!r}")


def made(data, recipe):
    out = Tensor(data)
    out.recipe = [(parent, share) for parent, share in recipe if parent.requires_grad]
    out.requires_grad = len(out.recipe) > 0
    return out


def unary(x, data, share):
    return made(data, [(x, share)])


def linear_map(ufunc, left, right, slopes):
    """left and right: at least one is a Tensor; `slopes` gives both partial derivatives."""
    tensor = left if isinstance(left, Tensor) else right
    left, right = wrap(left, tensor), wrap(right, tensor)
    by_left, by_right = slopes(left.data, right.data)
    recipe = [(left, lambda g: g * by_left), (right, lambda g: g * by_right)]
    return made(ufunc(left.data, right.data), recipe)


def shrink(g, shape):
    if g.shape == shape:
        return g
    aligned = (1,) * (g.ndim - len(shape)) + shape
    for axis, (have, want) in enumerate(zip(g.shape, aligned, strict=True)):
        if want == 1 and have != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g.reshape(shape)
