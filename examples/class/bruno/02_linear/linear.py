from __future__ import annotations

import numpy as np


class Linear:
    __slots__ = ("_seen", "bias", "grad", "grad_bias", "grad_weight", "theta", "weight")

    def __init__(self, in_features: int, out_features: int, bias: bool = True, rng=None) -> None:
        generator = np.random.default_rng(rng)
        n_weight = in_features * out_features
        n = n_weight + (out_features if bias else 0)
        bound = np.sqrt(1.0 / in_features)
        self.theta = generator.uniform(low=-bound, high=bound, size=n)
        self.grad = np.zeros(n)
        self.weight, self.bias = self._split(self.theta, n_weight, out_features)
        self.grad_weight, self.grad_bias = self._split(self.grad, n_weight, out_features)

    @staticmethod
    def _split(vector, n_weight, out_features):
        matrix = vector[:n_weight].reshape(out_features, -1)
        return matrix, (vector[n_weight:] if vector.size > n_weight else None)

    def zero_grad(self) -> None:
        self.grad[...] = 0

    def forward(self, x: np.ndarray) -> np.ndarray:
        wanted = self.weight.shape[1]
        if x.shape[-1:] != (wanted,):
            raise ValueError(f"x: (..., {wanted}) is needed, not {x.shape}")
        self._seen = x
        dtype = np.result_type(x, np.float16) if x.dtype.kind == "f" else np.float64
        weight = self.weight.astype(dtype)
        y = np.tensordot(x.astype(dtype), weight, axes=(-1, -1))
        if self.bias is not None:
            np.add(y, self.bias.astype(dtype), out=y)
        return y

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        batch_axes = tuple(range(grad_y.ndim - 1))
        self.grad_weight += np.tensordot(grad_y, self._seen, axes=(batch_axes, batch_axes))
        if self.grad_bias is not None:
            self.grad_bias += np.sum(grad_y, axis=batch_axes, dtype=np.float64)
        return np.tensordot(grad_y, self.weight.astype(grad_y.dtype), axes=([-1], [0]))
