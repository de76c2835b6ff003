"""`__iter__` is a generator function, and each epoch has a generator of its own, seeded by (seed, epoch)."""

import secrets

import numpy as np


def collate(samples):
    match samples[0]:
        case str():
            return list(samples)
        case dict() as first:
            return {name: collate([s[name] for s in samples]) for name in first}
        case list() | tuple() as first:
            return [collate([s[i] for s in samples]) for i in range(len(first))]
        case _:
            return np.array(samples)


class DataLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, seed=None, collate_fn=None):
        if type(batch_size) is not int or batch_size <= 0:
            raise ValueError(f"batch_size={batch_size} is not a positive integer")
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.seed = secrets.randbits(64) if seed is None else seed
        self.collate_fn = collate_fn or collate
        self.epoch = 0

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else (n + self.batch_size - 1) // self.batch_size

    def __iter__(self):
        indices = np.arange(len(self.dataset))
        if self.shuffle:
            rng = np.random.default_rng([self.seed, self.epoch])
            self.epoch += 1
            rng.shuffle(indices)
        for b in range(len(self)):
            chosen = indices[b * self.batch_size : (b + 1) * self.batch_size]
            yield self.collate_fn([self.dataset[i] for i in chosen])
