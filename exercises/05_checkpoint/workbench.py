"""Small helpers that both scenario files use."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


def fresh_folder(name: str) -> str:
    """An empty folder in the worker's scratch."""
    names = itertools.chain([name], (f"{name} {number}" for number in itertools.count(2)))
    folder = next(os.path.join(os.getcwd(), free) for free in names if not os.path.lexists(free))
    os.makedirs(folder)
    return folder


def content(path: str) -> bytes | None:
    """The bytes of a file; None if there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def names_in(folder: str) -> list[str]:
    """Everything in the folder and below, folders too."""
    found = []
    for place, folders, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(place, name), folder) for name in folders + files]
    return sorted(found)


def problem_of(act: Callable[[], Any]) -> dict[str, Any]:
    """What comes out of a call: the exception's class, its bases and its text. The stub's one goes on."""
    try:
        act()
    except NotImplementedError:
        raise
    except BaseException as problem:
        kind = type(problem)
        return {
            "class": kind.__name__,
            "bases": [base.__name__ for base in kind.__mro__],
            "text": str(problem),
        }
    return {"class": "nothing", "bases": [], "text": ""}


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.1)


def filled(model: nn.Module, value: float) -> nn.Module:
    """The model with every number of every parameter and buffer at `value`."""
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.fill_(value)
    return model


@contextmanager
def own_random_state() -> Iterator[None]:
    """torch's global generator is as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        yield
