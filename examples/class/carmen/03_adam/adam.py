import copy
from collections import defaultdict

import numpy as np


def nothing_yet():
    return {"power1": 1.0, "power2": 1.0}


class Adam:
    """The dict that leaves is ordered by the parameters' places, since ids mean nothing elsewhere."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        arguments = locals()
        for name in ["lr", "eps", "weight_decay"]:
            if arguments[name] < 0.0:
                raise ValueError("%s must be >= 0 but is %r" % (name, arguments[name]))  # noqa: UP031
        if min(betas) < 0.0 or max(betas) >= 1.0:
            raise ValueError("betas must lie in [0, 1) but are {}".format(betas))  # noqa: UP032
        self.parameters = {id(param): param for param in params}
        if not self.parameters:
            raise ValueError("params is empty: {}")
        self.lr = lr
        self.options = {"betas": betas, "eps": eps, "decay": weight_decay}
        self.options |= {"amsgrad": amsgrad, "maximize": maximize}
        self.state = defaultdict(nothing_yet)

    def step(self):
        for key, param in self.parameters.items():
            if param.grad is None:
                continue
            self._update(param, self.state[key])

    def _update(self, param, state):
        (b1, b2), sign = self.options["betas"], 1 - 2 * self.options["maximize"]
        g = sign * param.grad + self.options["decay"] * param.data
        if "m" not in state:
            state["m"], state["v"] = (1 - b1) * g, (1 - b2) * np.square(g)
            state["top"] = state["v"]
        else:
            state["m"] = state["m"] * b1 + (1 - b1) * g
            state["v"] = state["v"] * b2 + (1 - b2) * np.square(g)
            state["top"] = np.fmax(state["top"], state["v"])
        state["power1"] *= b1
        state["power2"] *= b2
        second = state["top"] if self.options["amsgrad"] else state["v"]
        root = np.sqrt(second / (1 - state["power2"]))
        param.data.__isub__(self.lr * (state["m"] / (1 - state["power1"])) / (root + self.options["eps"]))

    def zero_grad(self):
        for param in self.parameters.values():
            param.grad = None

    def state_dict(self):
        places = [self.state.get(key) for key in self.parameters]
        return copy.deepcopy({"lr": self.lr, "options": self.options, "state": places})

    def load_state_dict(self, state):
        state = copy.deepcopy(state)
        self.lr, self.options = state["lr"], state["options"]
        self.state.clear()
        for key, own in zip(self.parameters, state["state"], strict=True):
            if own is not None:
                self.state[key] = own
