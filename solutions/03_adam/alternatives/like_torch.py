"""Built as torch builds its optimizers: param_groups, a state by parameter, and a base class."""

from __future__ import annotations

import copy
import math

import numpy as np


class Optimizer:
    def __init__(self, params, defaults):
        params = list(params)
        if len(params) == 0:
            raise ValueError("optimizer got an empty list in `params`")
        self.param_groups = [dict(defaults, params=params)]
        self.state = {}

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        groups, state, start = [], {}, 0
        for group in self.param_groups:
            numbers = range(start, start + len(group["params"]))
            start += len(group["params"])
            groups.append({**group, "params": list(numbers)})
            for n, p in zip(numbers, group["params"], strict=True):
                if p in self.state:
                    state[n] = self.state[p]
        return {"state": copy.deepcopy(state), "param_groups": groups}

    def load_state_dict(self, state):
        state, self.state = copy.deepcopy(state), {}
        for group, saved in zip(self.param_groups, state["param_groups"], strict=True):
            for n, p in zip(saved["params"], group["params"], strict=True):
                if n in state["state"]:
                    self.state[p] = state["state"][n]
            group.update({key: value for key, value in saved.items() if key != "params"})

    @property
    def lr(self):
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        for group in self.param_groups:
            group["lr"] = value


class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate lr={lr}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for index, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {index}: {beta}")
        if not weight_decay >= 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "amsgrad": amsgrad, "maximize": maximize})

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if p not in self.state:
                    names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * group["amsgrad"]
                    self.state[p] = {name: np.zeros(p.data.shape) for name in names} | {"step": 0}
                settings = {key: value for key, value in group.items() if key != "params"}
                self._single(p, self.state[p], **settings)

    @staticmethod
    def _single(p, state, lr, betas, eps, weight_decay, amsgrad, maximize):
        grad = p.grad if not maximize else -p.grad
        if weight_decay != 0:
            grad = grad + weight_decay * p.data
        state["step"] += 1
        beta1, beta2 = betas
        state["exp_avg"] += (grad - state["exp_avg"]) * (1 - beta1)
        state["exp_avg_sq"] *= beta2
        state["exp_avg_sq"] += (1 - beta2) * grad * grad
        step_size = lr / (1 - beta1 ** state["step"])
        correction = math.sqrt(1 - beta2 ** state["step"])
        if amsgrad:
            np.maximum(state["max_exp_avg_sq"], state["exp_avg_sq"], out=state["max_exp_avg_sq"])
            denom = np.sqrt(state["max_exp_avg_sq"]) / correction + eps
        else:
            denom = np.sqrt(state["exp_avg_sq"]) / correction + eps
        p.data += -step_size * state["exp_avg"] / denom
