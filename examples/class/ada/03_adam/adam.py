from typing import NamedTuple

import numpy as np


class Config(NamedTuple):
    lr: float
    betas: tuple
    eps: float
    weight_decay: float
    amsgrad: bool
    maximize: bool


class Slot(NamedTuple):
    t: int = 0
    mean: object = 0.0
    square: object = 0.0
    peak: object = 0.0


def ema(old, new, keep):
    return keep * old + (1.0 - keep) * new


def advance(config, slot, data, grad):
    """What to add to the data, and the next slot."""
    signed = -1.0 * grad if config.maximize else grad
    g = signed + config.weight_decay * data
    mean = ema(slot.mean, g, config.betas[0])
    square = ema(slot.square, g * g, config.betas[1])
    peak = np.where(square > slot.peak, square, slot.peak)
    new = Slot(slot.t + 1, mean, square, peak)
    chosen = peak if config.amsgrad else square
    unbias1, unbias2 = (1.0 / (1.0 - beta**new.t) for beta in config.betas)
    return -config.lr * unbias1 * mean / ((unbias2 * chosen) ** 0.5 + config.eps), new


def fresh(slot):
    return Slot(*(value.copy() if isinstance(value, np.ndarray) else value for value in slot))


def check(config, params):
    wrong = {name: value for name in ("lr", "eps", "weight_decay") if (value := getattr(config, name)) < 0}
    wrong.update({f"betas[{i}]": beta for i, beta in enumerate(config.betas) if beta < 0 or beta >= 1})
    if wrong:
        raise ValueError(f"out of range: {wrong}")
    if not params:
        raise ValueError("params: at least one parameter is needed, got ()")


class Adam:
    def __init__(self, params, *settings, **named):
        defaults = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False}
        defaults["maximize"] = False
        defaults.update(zip(defaults, settings, strict=False))
        self._config = Config(**{**defaults, **named})
        self._params = tuple(params)
        check(self._config, self._params)
        self._slots = (Slot(),) * len(self._params)

    @property
    def lr(self):
        return self._config.lr

    @lr.setter
    def lr(self, value):
        self._config = self._config._replace(lr=value)

    def step(self):
        slots = []
        for param, slot in zip(self._params, self._slots, strict=True):
            if param.grad is not None:
                change, slot = advance(self._config, slot, param.data, param.grad)
                param.data[:] = param.data + change
            slots.append(slot)
        self._slots = tuple(slots)

    def zero_grad(self):
        for param in self._params:
            param.grad = None

    def state_dict(self):
        return {"config": self._config, "slots": [fresh(slot) for slot in self._slots]}

    def load_state_dict(self, state):
        self._config = state["config"]
        self._slots = tuple(fresh(slot) for slot in state["slots"])
