from itertools import islice, takewhile

import numpy as np


def _fields(samples):
    return [_collate(list(field)) for field in zip(*samples, strict=True)]


def _by_key(samples):
    return type(samples[0])((key, _collate([sample[key] for sample in samples])) for key in samples[0])


_RULES = [(dict, _by_key), ((list, tuple), _fields), (str, list)]


def _collate(samples):
    for kind, rule in _RULES:
        if isinstance(samples[0], kind):
            return rule(samples)
    return np.concatenate([np.asarray(sample)[None] for sample in samples])


class DataLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, seed=None, collate_fn=None):
        try:
            whole = batch_size == int(batch_size) and not isinstance(batch_size, str)
        except (TypeError, ValueError):
            whole = False
        if not whole or batch_size <= 0:
            raise ValueError("batch_size must be a positive integer, but it is " + str(batch_size))
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.drop_last = drop_last
        self._collate = _collate if collate_fn is None else collate_fn
        state = np.random.RandomState(seed)
        self._draw = state.permutation if shuffle else range

    def __len__(self):
        return -(-(len(self.dataset) - (self.batch_size - 1) * self.drop_last) // self.batch_size)

    def __iter__(self):
        samples = map(self.dataset.__getitem__, iter(self._draw(len(self.dataset))))
        groups = iter(lambda: list(islice(samples, self.batch_size)), [])
        if self.drop_last:
            groups = takewhile(lambda group: len(group) == self.batch_size, groups)
        return map(self._collate, groups)
