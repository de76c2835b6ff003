"""The kernel lies (in, out) in memory; weight shows its transpose. numpy's own error names the sizes."""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        edge = 1 / np.sqrt(in_features)
        self._kernel = rng.uniform(-edge, edge, (in_features, out_features))
        self._grad_kernel = np.zeros((in_features, out_features))
        self.bias, self.grad_bias = None, None
        if bias is True:
            self.bias = rng.uniform(-edge, edge, out_features)
            self.grad_bias = np.zeros(out_features)

    @property
    def weight(self):
        return self._kernel.T

    @property
    def grad_weight(self):
        return self._grad_kernel.T

    def forward(self, x):
        y = x @ self._kernel
        if self.bias is not None:
            y = y + self.bias
        self._x = x
        return y if x.dtype.kind != "f" else y.astype(x.dtype, copy=False)

    def backward(self, grad_y):
        x, g = self._x, grad_y
        if x.ndim == 1:
            self._grad_kernel += np.outer(x, g)
        elif x.ndim == 2:
            self._grad_kernel += x.T @ g
        else:
            per_matrix = np.swapaxes(x, -1, -2) @ g
            self._grad_kernel += per_matrix.sum(axis=tuple(range(x.ndim - 2)))
        if self.grad_bias is not None:
            self.grad_bias += g.sum(axis=tuple(range(g.ndim - 1)))
        return (g @ self._kernel.T).astype(g.dtype)

    def zero_grad(self):
        self._grad_kernel.fill(0.0)
        if self.grad_bias is not None:
            self.grad_bias.fill(0.0)
