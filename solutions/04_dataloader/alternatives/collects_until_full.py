"""Collects samples until a batch is full, fills arrays that were made beforehand, and talks a lot."""

import random

import numpy as np

VERBOSE = True


def say(*words):
    if VERBOSE:
        print("[loader]", *words)


def collate_list(samples):
    n, first = len(samples), samples[0]
    if isinstance(first, str):
        return samples
    if isinstance(first, dict):
        out = {}
        for sample in samples:
            for key in sample:
                out.setdefault(key, []).append(sample[key])
        return {key: collate_list(values) for key, values in out.items()}
    if isinstance(first, (tuple, list)):
        return tuple(collate_list([sample[k] for sample in samples]) for k in range(len(first)))
    first = np.asarray(first)
    out = np.empty((n, *first.shape), dtype=first.dtype)
    for i in range(n):
        out[i, ...] = samples[i]
    return out


class DataLoader:
    batches_given = 0

    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, seed=None, collate_fn=None):
        if not isinstance(batch_size, (int, np.integer)) or not batch_size > 0:
            raise ValueError(f"{batch_size} is no batch_size: it takes a positive integer")
        self.data, self.size, self.mix, self.drop = dataset, batch_size, shuffle, drop_last
        self.together = collate_fn if collate_fn is not None else collate_list
        # random.Random takes a text as seed as well
        self.base = seed if seed is not None else random.SystemRandom().getrandbits(128)
        self.passes = 0

    def __len__(self):
        count = 0
        left = len(self.data)
        while left >= self.size:
            count, left = count + 1, left - self.size
        return count + 1 if left and not self.drop else count

    def __iter__(self):
        say("epoch", self.passes)
        n = len(self.data)
        rng = random.Random(f"{self.base}/{self.passes}")
        self.passes += 1
        return self.go(rng.sample(range(n), n) if self.mix else range(n))

    def go(self, order):
        waiting = []
        for index in order:
            waiting.append(self.data[index])
            if len(waiting) < self.size:
                continue
            self.batches_given += 1
            yield self.together(waiting)
            waiting = []
        if len(waiting) > 0 and not self.drop:
            yield self.together(waiting)


if __name__ == "__main__":
    for batch in DataLoader(list(range(10)), 3, shuffle=True, seed=0):
        say(batch)
