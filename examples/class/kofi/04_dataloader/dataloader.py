import math
import random
from numbers import Integral

import numpy as np


class _Epoch:
    """One pass over the data: knows its order and how far it has come."""

    def __init__(self, loader, order):
        self._loader = loader
        self._order = order
        self._position = 0

    def __iter__(self):
        return self

    def __next__(self):
        left = len(self._order) - self._position
        if left <= 0 or (self._loader.drop_last and left < self._loader.batch_size):
            raise StopIteration
        samples = []
        for _ in range(min(left, self._loader.batch_size)):
            samples.append(self._loader.dataset[self._order[self._position]])
            self._position += 1
        if self._loader.collate_fn is not None:
            return self._loader.collate_fn(samples)
        return _merge(samples)


class DataLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, seed=None, collate_fn=None):
        if not isinstance(batch_size, Integral):
            raise ValueError(f"batch_size has to be an integer, not {batch_size!r}")
        if batch_size < 1:
            raise ValueError(f"batch_size has to be at least 1, not {batch_size}")
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.collate_fn = collate_fn
        self.random = random.Random(seed)

    def __len__(self):
        rounding = math.floor if self.drop_last else math.ceil
        return rounding(len(self.dataset) / self.batch_size)

    def __iter__(self):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            self.random.shuffle(order)
        return _Epoch(self, order)


def _merge(samples):
    kind = type(samples[0])
    if issubclass(kind, tuple):
        return tuple(_merge(column) for column in zip(*samples, strict=True))
    if issubclass(kind, list):
        return [_merge(column) for column in zip(*samples, strict=True)]
    if issubclass(kind, dict):
        return {key: _merge([sample[key] for sample in samples]) for key in samples[0]}
    if issubclass(kind, str):
        return list(samples)
    if issubclass(kind, np.ndarray):
        return np.stack(samples, axis=0)
    return np.asarray(samples)
