"""What the engine's tests share: the toy course, one source of fenced workers, a cache of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.cache import ValueCache
from grader.model import Exercise
from grader.sandbox.fences import best
from grader.sandbox.warm import FencedWorkers

TOY = Path(__file__).parent / "toy_course"


@pytest.fixture(scope="session")
def source() -> Iterator[FencedWorkers]:
    """Workers behind the best fence of this machine; one warm parent for the whole run."""
    workers = FencedWorkers(best())
    yield workers
    workers.close()


@pytest.fixture(scope="session")
def toy_root() -> Path:
    return TOY


@pytest.fixture(scope="session")
def toy() -> Exercise:
    """Exercise 90: `double(x)`, with two visible cases of 8 points and hidden checks of 8 and 4."""
    return catalog.load(TOY / "exercises" / "90_double")


@pytest.fixture
def cache(tmp_path: Path) -> ValueCache:
    return ValueCache(tmp_path / "values.sqlite")
