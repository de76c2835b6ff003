"""Fills arrays of zeros, which are float64, whatever dtype the samples have.

A loader answers three questions, and each has its own place below:

- which samples, in which order?   `DataLoader.__iter__`, one order per epoch;
- when are they read?              the iterator of an epoch reads a batch when it is asked for;
- how do samples become a batch?   `default_collate`, or the caller's own `collate_fn`.

Source: torch/utils/data/dataloader.py, sampler.py and _utils/collate.py of torch 2.13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np


class Dataset(Protocol):
    """All that a loader may use of a dataset: `len(dataset)` and `dataset[i]` for 0 <= i < len(dataset)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


def default_collate(samples: list[Any]) -> np.ndarray | list[Any] | dict[Any, Any]:
    """Turn a list of samples into one batch with the structure of a single sample.

    Arrays of shape S and numbers become an array of shape (len(samples), *S) or (len(samples),) that keeps
    their dtype (int: int64, float: float64). Strings become a list. A dict gives a dict with the batch of
    each value, a tuple or list a list with the batch of each field, and so on at every depth.
    """
    # BEGIN SOLUTION 04.3 make one batch out of a list of samples
    first = samples[0]
    if isinstance(first, str):
        return samples
    if isinstance(first, dict):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        return [default_collate(list(field)) for field in zip(*samples, strict=True)]
    batch = np.zeros((len(samples), *np.shape(first)))
    batch[...] = samples
    return batch if isinstance(first, np.ndarray) else np.stack(samples)
    # END SOLUTION


class DataLoader:
    """Iterate over a dataset in batches, as often as you like; each `iter(loader)` is one epoch.

    dataset: has `len(dataset)` and `dataset[i]`; it is read with integers, one sample at a time.
    batch_size: samples in a batch; the last batch of an epoch may be shorter.
    shuffle: a new permutation of the samples each epoch, not the order of the dataset.
    drop_last: leave out the last batch if it is short.
    seed: two loaders with the same seed give the same sequence of epochs; None: unlike any other loader.
    collate_fn: makes a batch out of a list of samples; None: `default_collate`.

    Raises ValueError if batch_size is not a positive integer.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        # BEGIN SOLUTION 04.7 check batch_size and keep what an epoch will need
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size must be a positive integer, got {batch_size!r}")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.collate_fn = default_collate if collate_fn is None else collate_fn
        self._rng = np.random.default_rng(seed)
        # END SOLUTION

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        # BEGIN SOLUTION 04.1 count the batches of an epoch
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full if self.drop_last or rest == 0 else full + 1
        # END SOLUTION

    def __iter__(self) -> Iterator[Any]:
        """Begin an epoch: return a new iterator over its batches, independent of every other one."""
        # BEGIN SOLUTION 04.2 choose this epoch's order, then hand out its batches
        order: range | list[int] = range(len(self.dataset))
        if self.shuffle:
            # The whole order is drawn before the first sample is read, so an epoch takes the same numbers
            # from the generator whether or not it is read to its end.
            order = self._rng.permutation(len(self.dataset)).tolist()
        return self._batches(order)
        # END SOLUTION

    # BEGIN SOLUTION -
    def _batches(self, order: range | list[int]) -> Iterator[Any]:
        """Read the samples in this order and yield a batch as soon as it is whole."""
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            indices = order[start : start + self.batch_size]
            yield self.collate_fn([self.dataset[i] for i in indices])

    # END SOLUTION
