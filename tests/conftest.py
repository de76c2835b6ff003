"""What the engine's tests share: the toy course, one source of fenced workers, a cache of their own."""

from __future__ import annotations

import dataclasses
import importlib.util
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import catalog
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.model import Attempt, Check, Exercise
from grader.sandbox.fences import best

if TYPE_CHECKING:  # `pytest exercises/03` in a clone reads this file, on Windows too, where there are no fences
    from grader.sandbox.warm import FencedWorkers

TOY = Path(__file__).parent / "toy_course"
collect_ignore = ["toy_course"]  # its checks are run by tests, not as tests

if importlib.util.find_spec("hypothesis") is not None:  # each run draws the same examples, however slow the machine is
    from hypothesis import settings

    settings.load_profile("ci")

if threading.current_thread() is threading.main_thread():  # a shell's background jobs are started deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests: messages are English unless a test says otherwise."""
    monkeypatch.setenv("KATA_LANG", "en")


@pytest.fixture(scope="session")
def source() -> Iterator[FencedWorkers]:
    """Workers behind the best fence of this machine; one warm parent for the whole run."""
    from grader.sandbox.warm import FencedWorkers

    workers = FencedWorkers(best())
    yield workers
    workers.close()


@pytest.fixture(scope="session")
def toy_root() -> Path:
    return TOY


@pytest.fixture(scope="session")
def toy() -> Exercise:
    """Exercise 90: `double(x)`, with two visible cases of 8 points and hidden checks of 8 and 4.

    Its deadline is long, because a machine may be busy.
    """
    return dataclasses.replace(catalog.load(TOY / "exercises" / "90_double"), deadline=20.0)


@pytest.fixture(scope="session")
def toy_checks(toy: Exercise) -> tuple[Check, ...]:
    return catalog.load_checks(toy.folder)


@pytest.fixture
def cache(tmp_path: Path) -> ValueCache:
    return ValueCache(tmp_path / "values.sqlite")


Judged = Callable[..., Attempt]


@pytest.fixture
def judged(source: FencedWorkers, cache: ValueCache, toy: Exercise, toy_checks: tuple[Check, ...]) -> Judged:
    """Judges a text as the toy exercise's file; other checks and facts of the exercise can be given."""

    def run(
        code: str | None, checks: tuple[Check, ...] = toy_checks, *,
        seed: str = "seed", name: bool = False, **facts: object,
    ) -> Attempt:  # fmt: skip
        exercise = dataclasses.replace(toy, **facts)
        files = None if code is None else {"double.py": code.encode()}
        judging = Judging(exercise, checks, files, source=source, cache=cache, seed=seed, name_mistakes=name)
        return judge(judging)

    return run
