import numpy as np


class Linear
    def __init__(self, in_features, out_features, bias=True, rng=None):
        self.weight = np.zeros((out_features, in_features))
