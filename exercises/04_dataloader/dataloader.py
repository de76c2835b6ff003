"""Exercise 04: batches out of a dataset, as torch.utils.data.DataLoader makes them.

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
    raise NotImplementedError("04.3 make one batch out of a list of samples")


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
        raise NotImplementedError("04.7 check batch_size and keep what an epoch will need")

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        raise NotImplementedError("04.1 count the batches of an epoch")

    def __iter__(self) -> Iterator[Any]:
        """Begin an epoch: return a new iterator over its batches, independent of every other one."""
        raise NotImplementedError("04.2 choose this epoch's order, then hand out its batches")
