"""In the style of micrograd: each result keeps a closure that adds to its operands' grad.

Grads live on every tensor. The order comes from counting how many results still owe a tensor a gradient.
"""

import numpy as np


def _unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


class Tensor:
    __array_priority__ = 1000.0

    def __init__(self, data, requires_grad=False, _prev=(), _op=""):
        data = np.array(data)
        if not np.issubdtype(data.dtype, np.floating):
            data = data.astype(float)
        self.data = data
        self.requires_grad = requires_grad
        self.grad = None
        self._prev = set(_prev)
        self._op = _op
        self._backward = lambda: None

    @property
    def shape(self):
        return self.data.shape

    def __repr__(self):
        return f"Tensor({self.data}, op={self._op!r})"

    def _receive(self, g):
        if self.requires_grad:
            g = _unbroadcast(np.asarray(g), self.data.shape)
            self.grad = g + 0 if self.grad is None else self.grad + g

    def _out(self, data, prev, op):
        return Tensor(data, any(p.requires_grad for p in prev), prev, op)

    def _lift(self, other):
        if isinstance(other, Tensor):
            return other
        if isinstance(other, np.ndarray):
            return Tensor(other)
        if isinstance(other, (int, float, np.number)):
            return Tensor(self.data.dtype.type(other))
        raise TypeError("unsupported operand: " + type(other).__name__)

    def __add__(self, other):
        other = self._lift(other)
        out = self._out(self.data + other.data, (self, other), "+")

        def _backward():
            self._receive(out.grad)
            other._receive(out.grad)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = self._lift(other)
        out = self._out(self.data * other.data, (self, other), "*")

        def _backward():
            self._receive(other.data * out.grad)
            other._receive(self.data * out.grad)

        out._backward = _backward
        return out

    def __pow__(self, n):
        if not isinstance(n, (int, float)):
            raise TypeError("the exponent is a number")
        out = self._out(self.data**n, (self,), f"**{n}")

        def _backward():
            self._receive(n * self.data ** (n - 1) * out.grad)

        out._backward = _backward
        return out

    def __matmul__(self, other):
        other = self._lift(other)
        out = self._out(np.matmul(self.data, other.data), (self, other), "@")

        def _backward():
            self._receive(np.matmul(out.grad, other.data.swapaxes(0, 1)))
            other._receive(np.matmul(self.data.swapaxes(0, 1), out.grad))

        out._backward = _backward
        return out

    def sum(self, axis=None, keepdims=False):
        out = self._out(np.sum(self.data, axis=axis, keepdims=keepdims), (self,), "sum")

        def _backward():
            g = np.asarray(out.grad)
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            self._receive(np.ones_like(self.data) * g)

        out._backward = _backward
        return out

    def mean(self, axis=None, keepdims=False):
        out = self._out(np.mean(self.data, axis=axis, keepdims=keepdims), (self,), "mean")
        n = self.data.size // max(out.data.size, 1)

        def _backward():
            g = np.asarray(out.grad)
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            self._receive(np.ones_like(self.data) * g / n)

        out._backward = _backward
        return out

    def relu(self):
        out = self._out(np.where(self.data > 0, self.data, 0), (self,), "relu")

        def _backward():
            self._receive(np.where(out.data > 0, out.grad, 0))

        out._backward = _backward
        return out

    def exp(self):
        out = self._out(np.exp(self.data), (self,), "exp")

        def _backward():
            self._receive(out.data * out.grad)

        out._backward = _backward
        return out

    def log(self):
        out = self._out(np.log(self.data), (self,), "log")

        def _backward():
            self._receive(out.grad / self.data)

        out._backward = _backward
        return out

    def reshape(self, *shape):
        out = self._out(self.data.reshape(shape), (self,), "reshape")

        def _backward():
            self._receive(out.grad.reshape(self.data.shape))

        out._backward = _backward
        return out

    @property
    def T(self):
        out = self._out(self.data.transpose(), (self,), "T")

        def _backward():
            self._receive(out.grad.transpose())

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-self._lift(other))

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * self._lift(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self, grad=None):
        if not self.requires_grad:
            raise RuntimeError("this tensor does not require grad")
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError("grad can be created only for tensors of one element")
            grad = np.ones(self.data.shape, self.data.dtype)
        if grad.shape != self.data.shape:
            raise RuntimeError("grad has the wrong shape")
        self._receive(grad)
        owed = {}
        todo = [self]
        met = {self}
        while todo:
            for p in todo.pop()._prev:
                owed[p] = owed.get(p, 0) + 1
                if p not in met:
                    met.add(p)
                    todo.append(p)
        ready = [self]
        while ready:
            t = ready.pop()
            if t.grad is not None:
                t._backward()
            for p in t._prev:
                owed[p] -= 1
                if owed[p] == 0:
                    ready.append(p)

    def zero_grad(self):
        self.grad = None


if __name__ == "__main__":
    x = Tensor(4.0, requires_grad=True)
    y = x * 3
    (y * 2 + y * 5).backward()
    print(x.grad)
