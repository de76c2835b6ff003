"""Everything by einsum; gradients are new arrays each time; all in float64 until the end."""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True, rng=None):
        rng = rng or np.random.default_rng()
        k = in_features**-0.5
        self.n_in = in_features
        self.weight = (2 * rng.random((out_features, in_features)) - 1) * k
        self.bias = None
        if bias:
            self.bias = (2 * rng.random(out_features) - 1) * k
        self.zero_grad()

    def zero_grad(self):
        self.grad_weight = 0 * self.weight
        self.grad_bias = None if self.bias is None else 0 * self.bias

    def forward(self, x):
        given = x.shape[-1]
        if given != self.n_in:
            raise ValueError(f"expected {self.n_in} features, x has {given}")
        self.x = np.array(x, dtype=float)
        y = np.einsum("...i,oi->...o", self.x, self.weight)
        if self.bias is not None:
            y += self.bias
        return y.astype(x.dtype if x.dtype.kind == "f" else float)

    def backward(self, grad_y):
        g = np.array(grad_y, dtype=float)
        n = g.size // g.shape[-1]
        rows_g, rows_x = g.reshape(n, g.shape[-1]), self.x.reshape(n, self.n_in)
        self.grad_weight = self.grad_weight + np.einsum("no,ni->oi", rows_g, rows_x)
        if self.bias is not None:
            self.grad_bias = self.grad_bias + np.einsum("no->o", rows_g)
        return np.einsum("...o,oi->...i", g, self.weight).astype(grad_y.dtype)
