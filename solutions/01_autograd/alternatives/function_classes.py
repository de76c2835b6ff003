"""As in torch, each operation is a class with forward and backward; gradients wait in a dict by id."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Any

import numpy as np

Array = np.ndarray


class Function:
    """A node of the graph: turns a gradient of its output into gradients of its inputs."""

    def __init__(self, *inputs: Tensor, **settings: Any) -> None:
        self.inputs = inputs
        self.__dict__.update(settings)

    @classmethod
    def apply(cls, *inputs: Tensor, **settings: Any) -> Tensor:
        node = cls(*inputs, **settings)
        result = Tensor.__new__(Tensor)
        result.data = np.asarray(node.forward(*(t.data for t in inputs)))
        result.grad = None
        result.requires_grad = any([t.requires_grad for t in inputs])
        result.node = node if result.requires_grad else None
        return result

    def forward(self, *arrays: Array) -> Array:
        raise AssertionError

    def backward(self, g: Array) -> tuple[Array, ...]:
        raise AssertionError


class Elementwise(Function):
    """Two operands of shapes that broadcast."""

    def fit(self, *gradients: Array) -> tuple[Array, ...]:
        fitted = []
        for gradient, tensor in zip(gradients, self.inputs, strict=True):
            lead = gradient.ndim - tensor.data.ndim
            padded = (1,) * lead + tensor.shape
            axes = tuple(i for i in range(gradient.ndim) if padded[i] == 1)
            fitted.append(np.sum(gradient, axis=axes, keepdims=True).reshape(tensor.shape))
        return tuple(fitted)


class Add(Elementwise):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return self.fit(g, g)


class Sub(Elementwise):
    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return self.fit(g, np.negative(g))


class Mul(Elementwise):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, g):
        return self.fit(g * self.b, g * self.a)


class Div(Elementwise):
    def forward(self, a, b):
        self.b, self.quotient = b, a / b
        return self.quotient

    def backward(self, g):
        return self.fit(g / self.b, -g * self.quotient / self.b)


class Pow(Function):
    def forward(self, a):
        self.a = a
        return np.power(a, self.exponent)

    def backward(self, g):
        return (g * self.exponent * np.power(self.a, self.exponent - 1),)


class MatMul(Function):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a.dot(b)

    def backward(self, g):
        return g.dot(self.b.T), self.a.T.dot(g)


class Sum(Function):
    def forward(self, a):
        return a.sum(axis=self.axis, keepdims=self.keepdims)

    def backward(self, g):
        shape = list(self.inputs[0].shape)
        if self.axis is None:
            shape = [1] * len(shape)
        elif shape:
            shape[self.axis] = 1
        return (np.broadcast_to(g.reshape(shape), self.inputs[0].shape),)


class Relu(Function):
    def forward(self, a):
        self.on = a > 0
        return a * self.on

    def backward(self, g):
        return (g * self.on,)


class Exp(Function):
    def forward(self, a):
        self.out = np.exp(a)
        return self.out

    def backward(self, g):
        return (g * self.out,)


class Log(Function):
    def forward(self, a):
        self.a = a
        return np.log(a)

    def backward(self, g):
        return (g / self.a,)


class Reshape(Function):
    def forward(self, a):
        return np.reshape(a, self.shape)

    def backward(self, g):
        return (np.reshape(g, self.inputs[0].shape),)


class Transpose(Function):
    def forward(self, a):
        return a.T

    def backward(self, g):
        return (g.T,)


def binary(function, swapped=False):
    def operator(self, other):
        if not isinstance(other, Tensor):
            if isinstance(other, (int, float, np.integer, np.floating)):
                other = np.full((), other, self.data.dtype)
            if not isinstance(other, np.ndarray):
                return NotImplemented
            other = Tensor(other)
        return function.apply(*((other, self) if swapped else (self, other)))

    return operator


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        array = np.asarray(data)
        self.data = array if array.dtype in (np.float16, np.float32) else np.asarray(array, dtype=np.float64)
        self.grad = None
        self.requires_grad = requires_grad
        self.node = None

    shape = property(lambda self: self.data.shape)
    T = property(lambda self: Transpose.apply(self))
    __add__, __radd__ = binary(Add), binary(Add, swapped=True)
    __sub__, __rsub__ = binary(Sub), binary(Sub, swapped=True)
    __mul__, __rmul__ = binary(Mul), binary(Mul, swapped=True)
    __truediv__, __rtruediv__ = binary(Div), binary(Div, swapped=True)
    __matmul__ = binary(MatMul)

    def __neg__(self):
        return 0 - self

    def __pow__(self, exponent):
        if not isinstance(exponent, (int, float, np.integer, np.floating)):
            return NotImplemented
        return Pow.apply(self, exponent=exponent)

    def sum(self, axis=None, keepdims=False):
        return Sum.apply(self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis=axis, keepdims=keepdims)
        return total / (math.prod(self.shape) if axis is None else self.shape[axis])

    def relu(self):
        return Relu.apply(self)

    def exp(self):
        return Exp.apply(self)

    def log(self):
        return Log.apply(self)

    def reshape(self, *shape):
        return Reshape.apply(self, shape=shape)

    def backward(self, grad=None):
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad")
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            grad = np.ones_like(self.data)
        elif np.shape(grad) != self.shape:
            raise RuntimeError(f"Mismatch in shape: grad has {np.shape(grad)}, output has {self.shape}")
        uses = self._uses()
        pending = {id(self): np.array(grad)}
        queue = deque([self])
        while queue:
            tensor = queue.popleft()
            gradient = pending.pop(id(tensor))
            if tensor.node is None:
                tensor.grad = gradient if tensor.grad is None else np.asarray(tensor.grad + gradient)
                continue
            for source, part in zip(tensor.node.inputs, tensor.node.backward(gradient), strict=True):
                if not source.requires_grad:
                    continue
                pending[id(source)] = np.asarray(part + pending.get(id(source), 0))
                uses[id(source)] -= 1
                if uses[id(source)] == 0:
                    queue.append(source)

    def _uses(self):
        """How many edges of the graph end at each tensor that requires a gradient."""
        uses, stack, seen = defaultdict(int), [self], set()
        while stack:
            tensor = stack.pop()
            if id(tensor) in seen or tensor.node is None:
                continue
            seen.add(id(tensor))
            for source in tensor.node.inputs:
                if source.requires_grad:
                    uses[id(source)] += 1
                    stack.append(source)
        return uses

    def zero_grad(self):
        self.grad = None
