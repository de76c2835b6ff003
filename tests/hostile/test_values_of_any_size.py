"""What a check computes of a worker's values, it computes in the judge, where nothing limits it: values that are many or
large must not make it take the square of them in time or memory, and none at all is no pass."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.judge import trace
from grader.judge.attempt import Judging, classify
from grader.judge.cache import ValueCache
from grader.model import Check, Exercise
from grader.sandbox.warm import FencedWorkers

EXERCISES = Path(__file__).resolve().parent.parent.parent / "exercises"
ROWS, MOST_BYTES, MOST_CALLS = 4_000, 64 << 20, 100


class Number(int):
    """Counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Number.compared += 1
        return int(self) == other

    __hash__ = int.__hash__


class Forged:
    """A submission whose every run gives what the attack says."""

    def __init__(self, values: Callable[..., Any]) -> None:
        self.run, self.alone = values, values

    def restart(self) -> None:
        """Nothing runs."""


def weights(count: int, rows: int, columns: int) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=(rows, columns)).astype(np.float32) for _ in range(count)]


def random_states(scenario: str, x: Any, y: Any, seeds: Any = (), *rest: Any, **options: Any) -> Any:
    """20.8 of a submission whose nine datasets are thousands."""
    if scenario == "global_state":
        return {"before": {}, "after": {}}
    return [[[Number(number)]] for number in range(ROWS if len(seeds) > 1 else 1)]


def keys(others: int) -> Callable[..., Any]:
    """21.1e of a submission that gives weights of so many keys beside the first."""

    def values(scenario: str, *given: Any) -> Any:
        few = weights(3, 2, 2)
        if scenario == "init_of_many":
            return few, [few, few]
        seen = {"once": few, "again, sizes in a tuple": few, "others": [weights(3, 2, 2)] * others}
        return seen, {"sizes": given[-1], "drawn elsewhere": False}

    return values


def states(scenario: str, *values: Any) -> dict[str, Any]:
    """05.3c of a submission that has seen thousands of files at one path."""
    return {"states": [(Number(number), 1) for number in range(ROWS)], "before": b"", "old file": b"", "loaded": None}


def stretched(scenario: str, *values: Any) -> dict[str, Any]:
    """19.6 of a submission whose kernel and bias do not belong together."""
    return {"passes": [1, 1], "total error": 0.0, "weights": [np.ones((3, ROWS), "f4"), np.ones((ROWS, 1, 1), "f4")]}


ATTACKS = {
    "many layers": ("21", "21.2a", lambda *values: weights(ROWS, 1, 1)),
    "many weights": ("21", "21.2b", lambda *values: (weights(ROWS, 2, 2), [])),
    "a tall weight": ("21", "21.2b", lambda *values: (weights(1, ROWS, 2), [])),
    "a wide weight": ("21", "21.2b", lambda *values: (weights(1, 2, ROWS), [])),
    "many keys": ("21", "21.1e", keys(1_000)),
    "no other key": ("21", "21.1e", keys(0)),
    "no layers": ("21", "21.2c", lambda *values: ([], [])),
    "a bias of letters": ("21", "21.7a", lambda *values: (["float32"], "x" * (1 << 16))),
    "many files": ("05", "05.3c", states),
    "many datasets": ("20", "20.8", random_states),
    "a wide kernel and a tall bias": ("19", "19.6", stretched),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_check_of_values_without_bounds_fails_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number, check_id, values = ATTACKS[name]
    (folder,) = EXERCISES.glob(f"{number}_*")
    check = next(check for check in catalog.load_checks(folder) if check.id == check_id)
    calls: list[str] = []
    monkeypatch.setattr(Number, "compared", 0)
    for function in ("allclose", "any", "array_equal", "corrcoef"):
        real = getattr(np, function)
        monkeypatch.setattr(np, function, _counted(real, calls))
    given = {"submission": Forged(values), "rng": np.random.default_rng(0), "reference": None}
    code = check.function.__code__
    problem: BaseException | None = None
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        check.function(**{name: given[name] for name in code.co_varnames[: code.co_argcount]})
    except Exception as caught:
        problem = caught
    finally:
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
    assert classify(problem, answered=True)[0] == "failed"
    assert peak < MOST_BYTES
    assert len(calls) < MOST_CALLS
    assert Number.compared < 3 * ROWS  # in a pass or two over them


def _counted(function: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        calls.append(function.__name__)
        return function(*values, **options)

    return call


def test_what_a_check_was_given_does_not_stay_in_the_judge(
    source: FencedWorkers, cache: ValueCache, toy: Exercise, toy_checks: tuple[Check, ...]
) -> None:
    """An attempt has some hundred values; each may be of 64 MB."""
    files = {"double.py": b"import numpy as np\ndef double(x): return np.zeros(2 << 20)"}
    judging = Judging(toy, toy_checks, files, source=source, cache=cache, seed="", name_mistakes=False)
    tracemalloc.start()
    try:
        for case in toy_checks[0].cases * 3:
            judging.case(toy_checks[0], case)
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        judging.close()
    assert peak > 16 << 20, "the arrays came"
    assert kept < 4 << 20


def test_large_values_are_told_apart_in_a_trace() -> None:
    """Though not up to rounding, as small ones are: a mistake's trace is as large as that."""
    traces = []
    for number in (0.0, 0.0, 1.0):
        traces.append(trace.start())
        trace.record("value", {"many": np.full(2 << 20, number)})
    assert trace.same(traces[0], traces[1])
    assert not trace.same(traces[0], traces[2])
