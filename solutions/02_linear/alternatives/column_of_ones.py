"""The bias is one more column of the weight, and x gets one more feature that is always 1."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Linear:
    in_features: int
    out_features: int
    bias: bool | np.ndarray | None = True
    rng: np.random.Generator | None = None
    packed: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        columns = self.in_features + bool(self.bias)
        bound = self.in_features**-0.5
        rng = self.rng or np.random.default_rng()
        self.packed = rng.uniform(-bound, bound, (self.out_features, columns))
        self.weight = self.packed[:, : self.in_features]
        self.bias = self.packed[:, -1] if self.bias else None
        self.zero_grad()

    def zero_grad(self):
        self.grad_weight = np.zeros((self.out_features, self.in_features))
        self.grad_bias = None if self.bias is None else np.zeros((self.out_features,))

    def forward(self, x):
        *leading, last = x.shape
        if last != self.in_features:
            message = "the last dimension of x is {}, but this layer has in_features={}"
            raise ValueError(message.format(last, self.in_features))
        self.leading = tuple(leading)
        dtype = x.dtype if issubclass(x.dtype.type, np.floating) else float
        self.extended = np.ones((int(np.prod(leading)), self.packed.shape[1]), dtype)
        self.extended[:, :last] = x.reshape(-1, last)
        return (self.extended @ self.packed.T.astype(dtype)).reshape(*leading, self.out_features)

    def backward(self, grad_y):
        flat = np.reshape(grad_y, (-1, self.out_features))
        both = flat.T @ self.extended
        self.grad_weight += both[:, : self.in_features]
        if self.bias is not None:
            self.grad_bias += both[:, -1]
        return (flat @ self.weight.astype(flat.dtype)).reshape(*self.leading, self.in_features)
