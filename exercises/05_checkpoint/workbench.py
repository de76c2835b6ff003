"""Small helpers that both scenario files use."""

import itertools
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
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
    """What comes out of a call: the exception's class, its bases and its text."""
    return outcome_of(act)[1]


def outcome_of(act: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """What a call returns, and its problem as in `problem_of`.

    The stub's exception goes on, and so does one about a call that never began, as its arguments do not fit.
    """
    try:
        return act(), {"class": "nothing", "bases": [], "text": ""}
    except NotImplementedError:
        raise
    except BaseException as problem:
        kind = type(problem)
        frames = list(traceback.walk_tb(problem.__traceback__))
        if kind is TypeError and len(frames) == 2:  # this one, and that of `act`
            raise
        return None, {
            "class": kind.__name__,
            "bases": [base.__name__ for base in kind.__mro__],
            "text": str(problem),
        }


def load_of(act: Callable[[], Any]) -> tuple[dict[str, str], Mapping[str, Any]]:
    """What a load raises and returns, in words, and the dict that it returns; an empty one if it returns none."""
    returned, problem = outcome_of(act)
    is_dict = isinstance(returned, Mapping)
    kind = "dict" if is_dict else type(returned).__name__ if problem["class"] == "nothing" else "nothing"
    return {"the load raises": problem["class"], "the load returns": kind}, returned if is_dict else {}


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
