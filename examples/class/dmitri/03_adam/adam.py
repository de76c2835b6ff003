import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False):
        self.params = list(params)
        self.lr = lr

    def step(self):
        i = 0
        while i < len(self.params):  # never moves on
            self.params[i].data -= self.lr * np.sign(self.params[i].grad)
