"""Split as torch splits it: samplers that give indices, a batch sampler, and a loader that fetches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np


@singledispatch
def default_collate(first: Any, samples: list[Any]) -> Any:
    return np.stack([np.asarray(sample) for sample in samples])


@default_collate.register
def _(first: str, samples: list[str]) -> list[str]:
    return [*samples]


@default_collate.register
def _(first: dict, samples: list[dict]) -> dict:
    columns = OrderedDict()
    for name, value in first.items():
        columns[name] = default_collate(value, [sample[name] for sample in samples])
    return columns


@default_collate.register(tuple)
@default_collate.register(list)
def _(first: Any, samples: list[Any]) -> Any:
    return type(first)(default_collate(column[0], list(column)) for column in zip(*samples, strict=True))


@dataclass
class SequentialSampler:
    source: Any

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.source)))


@dataclass
class RandomSampler:
    source: Any
    generator: np.random.Generator

    def __iter__(self) -> Iterator[int]:
        keys = self.generator.random(len(self.source))
        return iter(np.argsort(keys).tolist())


@dataclass
class BatchSampler:
    sampler: Iterable[int]
    batch_size: int
    drop_last: bool

    def __iter__(self) -> Iterator[list[int]]:
        batch: list[int] = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch


@dataclass
class DataLoader:
    dataset: Any
    batch_size: int = 1
    shuffle: bool = False
    drop_last: bool = False
    seed: int | None = None
    collate_fn: Callable[[list[Any]], Any] | None = None
    batch_sampler: BatchSampler = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not (isinstance(self.batch_size, int) and self.batch_size > 0):
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={self.batch_size}")
        generator = np.random.Generator(np.random.Philox(self.seed))
        sampler = RandomSampler(self.dataset, generator) if self.shuffle else SequentialSampler(self.dataset)
        self.batch_sampler = BatchSampler(sampler, self.batch_size, self.drop_last)

    def __len__(self) -> int:
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        for indices in self.batch_sampler:
            samples = [self.dataset[i] for i in indices]
            yield self.collate_fn(samples) if self.collate_fn else default_collate(samples[0], samples)
