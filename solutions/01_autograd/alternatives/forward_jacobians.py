"""Forward mode: every tensor carries its Jacobian for each leaf, so backward has no graph to walk.

Slow for large arrays, and right.
"""

import numpy as np


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        floating = getattr(data, "dtype", np.dtype(int)).kind == "f"
        self.data = np.array(data, dtype=None if floating else np.float64)
        self.grad = None
        self.requires_grad = requires_grad
        # leaf -> array of shape (*my shape, size of the leaf)
        self._jacobians = {}
        if requires_grad:
            n = self.data.size
            self._jacobians[self] = np.eye(n, dtype=self.data.dtype).reshape(*self.data.shape, n)

    def __hash__(self):
        return id(self)

    @property
    def shape(self):
        return self.data.shape

    def _new(self, data, *parts):
        """parts: (operand, function of an operand's Jacobian that is linear in it)."""
        out = Tensor(data)
        for operand, carry in parts:
            for leaf, jacobian in operand._jacobians.items():
                arrived = np.broadcast_to(carry(jacobian), (*out.shape, leaf.data.size))
                out._jacobians[leaf] = out._jacobians.get(leaf, 0) + arrived
        out.requires_grad = bool(out._jacobians)
        return out

    def _check(self, other):
        if isinstance(other, Tensor):
            return other
        if isinstance(other, np.ndarray):
            return Tensor(other)
        if isinstance(other, (bool, int, float, np.number)):
            return Tensor(np.asarray(other).astype(self.data.dtype))
        raise TypeError(f"{type(other)} is foreign here")

    def _pair(self, other, compute, slopes):
        other = self._check(other)
        a, b = self.data, other.data
        shape = np.broadcast_shapes(a.shape, b.shape)
        by_a, by_b = (np.broadcast_to(slope, shape)[..., None] for slope in slopes(a, b))

        def stretch(j, ndim):
            return j.reshape((1,) * (len(shape) - ndim) + j.shape)

        parts = (self, lambda j: by_a * stretch(j, a.ndim)), (other, lambda j: by_b * stretch(j, b.ndim))
        return self._new(compute(a, b), *parts)

    def __add__(self, other):
        return self._pair(other, np.add, lambda a, b: (np.ones((), a.dtype), np.ones((), b.dtype)))

    __radd__ = __add__

    def __sub__(self, other):
        return self._pair(other, np.subtract, lambda a, b: (np.ones((), a.dtype), -np.ones((), b.dtype)))

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        return self._pair(other, np.multiply, lambda a, b: (b, a))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._pair(other, np.divide, lambda a, b: (1 / b, -a / b**2))

    def __rtruediv__(self, other):
        return self._check(other) / self

    def __neg__(self):
        return self._new(-self.data, (self, np.negative))

    def _scaled(self, data, slope):
        return self._new(data, (self, lambda j: np.asarray(slope)[..., None] * j))

    def __pow__(self, k):
        if type(k) not in (int, float) and not isinstance(k, np.number):
            raise TypeError("exponent: a number, please")
        return self._scaled(self.data**k, k * self.data ** (k - 1))

    def relu(self):
        return self._scaled(np.maximum(self.data, 0), (self.data > 0).astype(self.data.dtype))

    def exp(self):
        return self._scaled(np.exp(self.data), np.exp(self.data))

    def log(self):
        return self._scaled(np.log(self.data), 1 / self.data)

    def __matmul__(self, other):
        other = self._check(other)
        a, b = self.data, other.data
        left = (self, lambda j: np.einsum("ikp,kj->ijp", j, b))
        right = (other, lambda j: np.einsum("ik,kjp->ijp", a, j))
        return self._new(a @ b, left, right)

    def _axis(self, axis):
        return tuple(range(self.data.ndim)) if axis is None else axis % max(self.data.ndim, 1)

    def sum(self, axis=None, keepdims=False):
        data = self.data.sum(axis=axis, keepdims=keepdims)
        return self._new(data, (self, lambda j: j.sum(axis=self._axis(axis), keepdims=keepdims)))

    def mean(self, axis=None, keepdims=False):
        data = self.data.mean(axis=axis, keepdims=keepdims)
        return self._new(data, (self, lambda j: j.mean(axis=self._axis(axis), keepdims=keepdims)))

    def reshape(self, *shape):
        data = self.data.reshape(*shape)
        return self._new(data, (self, lambda j: j.reshape(*data.shape, j.shape[-1])))

    @property
    def T(self):
        return self._new(self.data.T, (self, lambda j: np.moveaxis(j.T, 0, -1)))

    def zero_grad(self):
        self.grad = None

    def backward(self, grad=None):
        if not self.requires_grad:
            raise RuntimeError("no gradient is needed here")
        if grad is None and self.data.size != 1:
            raise RuntimeError("grad is needed for more than one element")
        if grad is None:
            grad = np.ones(self.shape)
        if grad.shape != self.shape:
            raise RuntimeError("grad does not have my shape")
        flat = grad.astype(self.data.dtype).reshape(-1)
        for leaf, jacobian in self._jacobians.items():
            gradient = (flat @ jacobian.reshape(flat.size, leaf.data.size)).reshape(leaf.shape)
            leaf.grad = gradient if leaf.grad is None else leaf.grad + gradient
