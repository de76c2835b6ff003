import numpy as np


class Adam(object):  # noqa: UP004
    names = "lr betas eps weight_decay amsgrad maximize".split()

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        for name, value, top in [
            ("lr", lr, np.inf),
            ("betas", betas[0], 1),
            ("betas", betas[1], 1),
            ("eps", eps, np.inf),
            ("weight_decay", weight_decay, np.inf),
        ]:
            if not (0 <= value < top):
                raise ValueError(f"bad {name}: {value}")
            setattr(self, name, value)
        self.betas, self.amsgrad, self.maximize = betas, amsgrad, maximize
        self.params = []
        for p in params:
            self.params.append(p)
        if self.params == []:
            raise ValueError("`params` has no parameters: " + str(params))
        ends = np.cumsum([p.data.size for p in self.params])
        self.slices = [slice(end - p.data.size, end) for p, end in zip(self.params, ends)]  # noqa: B905
        self.memory = np.zeros((3, ends[-1]))
        self.counts = np.zeros(len(self.params), dtype=int)

    def step(self):
        for i, (p, piece) in enumerate(zip(self.params, self.slices)):  # noqa: B905
            if p.grad is None:
                continue
            self.counts[i] += 1
            t = int(self.counts[i])
            direction = -1 if self.maximize else 1
            g = direction * p.grad.ravel().astype(float) + self.weight_decay * p.data.ravel()
            m, v, top = self.memory[:, piece]
            m *= self.betas[0]
            m += g * (1 - self.betas[0])
            v *= self.betas[1]
            v += g**2 * (1 - self.betas[1])
            top[:] = np.maximum(top, v)
            second = (top if self.amsgrad else v) / (1 - self.betas[1] ** t)
            update = self.lr * (m / (1 - self.betas[0] ** t)) / (np.sqrt(second) + self.eps)
            p.data -= update.reshape(p.data.shape).astype(p.data.dtype)

    def zero_grad(self):
        [setattr(p, "grad", None) for p in self.params]

    def state_dict(self):
        state = {name: getattr(self, name) for name in self.names}
        state["memory"] = self.memory.copy()
        state["counts"] = self.counts.tolist()
        return state

    def load_state_dict(self, state):
        for name in self.names:
            setattr(self, name, state[name])
        self.memory[:] = state["memory"]
        self.counts[:] = state["counts"]
