"""forward leaves behind a function that knows how to go back; backward calls it."""

import numpy as np


def floating(array):
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


class Linear:
    grad_bias = None
    bias = None

    def __init__(self, in_features, out_features, bias=True, rng=None):
        rng = np.random.RandomState() if rng is None else rng
        limit = 1.0 / np.sqrt(in_features)
        self.has_bias = bias
        # the bias first: the order of the draws is free
        if self.has_bias:
            self.bias = rng.uniform(-limit, limit, (out_features,))
        self.weight = rng.uniform(-limit, limit, (out_features, in_features))
        self.zero_grad()
        print("Linear layer", in_features, "->", out_features)

    def zero_grad(self):
        self.grad_weight = np.zeros(self.weight.shape)
        if self.has_bias:
            self.grad_bias = np.zeros(self.bias.shape)

    def forward(self, x):
        if np.shape(x)[-1] != self.weight.shape[-1]:
            raise ValueError(f"last dimension: {np.shape(x)[-1]} instead of {self.weight.shape[-1]}")
        x = floating(x)
        W = self.weight.astype(x.dtype)

        def pull_back(g):
            g2, x2 = g.reshape(-1, W.shape[0]), x.reshape(-1, W.shape[1])
            self.grad_weight = self.grad_weight + np.dot(g2.T, x2)
            if self.has_bias:
                self.grad_bias = self.grad_bias + np.ones(len(g2), g.dtype) @ g2
            return np.dot(g2, W).reshape(x.shape).astype(g.dtype)

        self.pull_back = pull_back
        y = np.inner(x, W)
        return y + self.bias.astype(x.dtype).reshape((1,) * (x.ndim - 1) + (-1,)) if self.has_bias else y

    def backward(self, grad_y):
        return self.pull_back(grad_y)
