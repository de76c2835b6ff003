"""All rules in one table, operators attached by a loop, the order from the standard library's graphlib."""

from graphlib import TopologicalSorter
from numbers import Number

import numpy as np

# name: (value, gradient for each operand from: result's gradient, operands, result)
RULES = {
    "add": (lambda a, b: a + b, (lambda g, a, b, y: g, lambda g, a, b, y: g)),
    "sub": (lambda a, b: a - b, (lambda g, a, b, y: g, lambda g, a, b, y: -g)),
    "mul": (lambda a, b: a * b, (lambda g, a, b, y: g * b, lambda g, a, b, y: a * g)),
    "truediv": (lambda a, b: a / b, (lambda g, a, b, y: g / b, lambda g, a, b, y: -g * y / b)),
    "matmul": (lambda a, b: a @ b, (lambda g, a, b, y: g @ b.T, lambda g, a, b, y: (g.T @ a).T)),
    "neg": (lambda a: -a, (lambda g, a, y: -g,)),
    "relu": (lambda a: (a + abs(a)) / 2, (lambda g, a, y: g * np.heaviside(a, 0).astype(a.dtype),)),
    "exp": (np.exp, (lambda g, a, y: g * y,)),
    "log": (np.log, (lambda g, a, y: g / a,)),
    "transpose": (np.transpose, (lambda g, a, y: np.transpose(g),)),
}


class Tensor:
    """data, grad, requires_grad; `parents` and `rules` say how a gradient goes on."""

    __slots__ = ("data", "grad", "parents", "requires_grad", "rules")
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data = _floating(data)
        self.requires_grad = requires_grad
        self.grad = None
        self.parents, self.rules = (), ()

    @property
    def shape(self):
        return tuple(self.data.shape)

    @property
    def T(self):
        return _apply("transpose", self)

    def __pow__(self, exponent):
        if not isinstance(exponent, Number):
            raise TypeError(f"exponent {exponent!r} is not a number")
        if exponent == 0:
            return _link(np.ones_like(self.data), [self], [lambda g: np.zeros_like(g)])
        return _link(self.data**exponent, [self], [lambda g: g * self.data ** (exponent - 1) * exponent])

    def sum(self, axis=None, keepdims=False):
        kept = np.sum(self.data, axis=axis, keepdims=True)
        ones = np.full(self.data.shape, 1, dtype=self.data.dtype)
        data = kept if keepdims else np.sum(self.data, axis=axis)
        return _link(data, [self], [lambda g: np.reshape(g, kept.shape) * ones])

    def mean(self, axis=None, keepdims=False):
        ones = Tensor(np.ones_like(self.data))
        return self.sum(axis, keepdims) / ones.sum(axis, keepdims)

    def reshape(self, *shape):
        return _link(self.data.reshape(*shape), [self], [lambda g: g.reshape(self.data.shape)])

    def zero_grad(self):
        self.grad = None

    def backward(self, grad=None):
        _require(self.requires_grad, "this tensor is a constant")
        _require(grad is not None or self.data.size == 1, "backward needs grad unless there is one element")
        grad = np.ones_like(self.data) if grad is None else np.asarray(grad)
        _require(grad.shape == self.data.shape, "grad must have the tensor's shape")
        graph, stack = {}, [self]
        while stack:
            tensor = stack.pop()
            if tensor not in graph:
                graph[tensor] = set(tensor.parents)
                stack.extend(tensor.parents)
        sums = {self: grad}
        for tensor in reversed([*TopologicalSorter(graph).static_order()]):
            g = sums.pop(tensor, None)
            if g is None or not tensor.requires_grad:
                continue
            if not tensor.parents:
                tensor.grad = np.array(g if tensor.grad is None else tensor.grad + g)
            for parent, rule in zip(tensor.parents, tensor.rules, strict=True):
                piece = _reduced(np.asarray(rule(g)), parent.data.shape)
                sums[parent] = piece if parent not in sums else sums[parent] + piece


def _require(condition, words):
    if not condition:
        raise RuntimeError(words)


def _floating(data):
    array = np.asanyarray(data)
    if array.dtype.kind in "OUS":
        raise ValueError(f"data holds no numbers: {data!r}")
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.double)


def _reduced(g, shape):
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


def _link(data, parents, rules):
    out = Tensor(data)
    if any(parent.requires_grad for parent in parents):
        out.requires_grad, out.parents, out.rules = True, tuple(parents), tuple(rules)
    return out


def _apply(name, *operands):
    value, slopes = RULES[name]
    arrays = [tensor.data for tensor in operands]
    data = np.asarray(value(*arrays))
    rules = [lambda g, slope=slope: slope(g, *arrays, data) for slope in slopes]
    return _link(data, operands, rules)


def _as_operand(value, dtype):
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray):
        return Tensor(value)
    return Tensor(np.asarray(value, dtype=dtype)) if isinstance(value, Number) else None


def _method(name, operands, reflected=False):
    def unary(self):
        return _apply(name, self)

    def binary(self, other):
        other = _as_operand(other, self.data.dtype)
        if other is None:
            return NotImplemented
        return _apply(name, other, self) if reflected else _apply(name, self, other)

    return unary if operands == 1 else binary


for _name in ("add", "sub", "mul", "truediv"):
    setattr(Tensor, f"__{_name}__", _method(_name, 2))
    setattr(Tensor, f"__r{_name}__", _method(_name, 2, reflected=True))
Tensor.__matmul__ = _method("matmul", 2)
Tensor.__neg__ = _method("neg", 1)
for _name in ("relu", "exp", "log"):
    setattr(Tensor, _name, _method(_name, 1))
