"""Keeps the averages on the parameters themselves, and updates every array in place with `out=`."""

import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        if not lr >= 0:
            raise ValueError(f"Invalid lr: {lr}")
        if not eps >= 0:
            raise ValueError(f"Invalid eps: {eps}")
        if not 0 <= betas[0] < 1:
            raise ValueError(f"Invalid betas[0]: {betas[0]}")
        if not 0 <= betas[1] < 1:
            raise ValueError(f"Invalid betas[1]: {betas[1]}")
        if not weight_decay >= 0:
            raise ValueError(f"Invalid weight_decay: {weight_decay}")
        self.lr, self.betas, self.eps = lr, betas, eps
        self.weight_decay, self.amsgrad, self.maximize = weight_decay, amsgrad, maximize
        self.params = [*params]
        if len(self.params) == 0:
            raise ValueError("empty params: []")
        for p in self.params:
            p.adam_t = 0
            p.adam_m = np.zeros_like(p.data)
            p.adam_v = np.zeros_like(p.data)
            p.adam_vmax = np.zeros_like(p.data)

    def step(self):
        b1, b2 = self.betas
        for p in self.params:
            if p.grad is not None:
                g = np.array(p.grad)
                if self.maximize:
                    np.negative(g, out=g)
                g += self.weight_decay * p.data
                p.adam_t += 1
                p.adam_m += (1 - b1) * (g - p.adam_m)
                p.adam_v += (1 - b2) * (g * g - p.adam_v)
                np.maximum(p.adam_v, p.adam_vmax, out=p.adam_vmax)
                denominator = np.sqrt(p.adam_vmax if self.amsgrad else p.adam_v)
                denominator /= np.sqrt(1 - b2**p.adam_t)
                denominator += self.eps
                np.subtract(p.data, self.lr / (1 - b1**p.adam_t) * p.adam_m / denominator, out=p.data)

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def state_dict(self):
        state = {"lr": self.lr, "betas": self.betas, "eps": self.eps, "wd": self.weight_decay}
        state.update(ams=self.amsgrad, max=self.maximize)
        for i, p in enumerate(self.params):
            state[i] = (p.adam_t, p.adam_m.copy(), p.adam_v.copy(), p.adam_vmax.copy())
        return state

    def load_state_dict(self, state):
        self.lr, self.betas, self.eps = state["lr"], state["betas"], state["eps"]
        self.weight_decay = state["wd"]
        self.amsgrad, self.maximize = state["ams"], state["max"]
        for i, p in enumerate(self.params):
            t, m, v, vmax = state[i]
            p.adam_t = t
            p.adam_m[...] = m
            p.adam_v[...] = v
            p.adam_vmax[...] = vmax
