"""No matrix product at all: loops over samples, outputs and inputs, for those who think in sums."""

import math
import random

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True, rng=None):
        self.weight = np.array([self.draw(in_features, rng, in_features) for _ in range(out_features)])
        self.bias = np.array(self.draw(out_features, rng, in_features)) if bias else None
        self.inputs, self.outputs = in_features, out_features
        self.zero_grad()

    @staticmethod
    def draw(count, rng, in_features):
        bound = 1 / math.sqrt(in_features)
        source = random if rng is None else rng
        return [source.uniform(-bound, bound) for _ in range(count)]

    def zero_grad(self):
        self.grad_weight = np.zeros((self.outputs, self.inputs))
        if self.bias is None:
            self.grad_bias = None
        else:
            self.grad_bias = np.zeros(self.outputs)

    def forward(self, x):
        if x.shape[-1] != self.inputs:
            raise ValueError(f"x ends in {x.shape[-1]}, expected {self.inputs}")
        self.x = x
        y = np.empty((*x.shape[:-1], self.outputs), x.dtype if x.dtype.kind == "f" else "f8")
        for sample in np.ndindex(*x.shape[:-1]):
            for o in range(self.outputs):
                total = 0.0 if self.bias is None else float(self.bias[o])
                for i in range(self.inputs):
                    total += float(self.weight[o, i]) * float(x[sample][i])
                y[sample][o] = total
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.x.shape, grad_y.dtype)
        for sample in np.ndindex(*self.x.shape[:-1]):
            for o in range(self.outputs):
                g = float(grad_y[sample][o])
                if self.grad_bias is not None:
                    self.grad_bias[o] += g
                for i in range(self.inputs):
                    self.grad_weight[o, i] += g * float(self.x[sample][i])
            for i in range(self.inputs):
                column = [float(w) * float(g) for w, g in zip(self.weight[:, i], grad_y[sample], strict=True)]
                grad_x[sample][i] = math.fsum(column)
        return grad_x


if __name__ == "__main__":
    print(Linear(3, 2).forward(np.ones((1, 3))))
