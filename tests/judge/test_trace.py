"""Traces: what is recorded where, and when two of them are the same."""

from __future__ import annotations

from threading import Thread
from typing import Any

import numpy as np
import pytest

from grader.judge import trace
from grader.judge.trace import same
from grader.worker.values import Foreign

NAN = float("nan")


def test_what_is_recorded_goes_to_the_newest_trace_in_order() -> None:
    first = trace.start()
    trace.record("value", 1)
    second = trace.start()
    trace.record("raised", "ValueError")
    trace.record("ended", "died")
    assert first == [("value", 1)]
    assert second == [("raised", "ValueError"), ("ended", "died")]


def test_a_thread_of_its_own_has_a_trace_of_its_own() -> None:
    """Threads that grade side by side do not mix."""
    mine = trace.start()
    thread = Thread(target=trace.record, args=("value", 2))
    thread.start()
    thread.join()
    assert mine == []


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, "x", b"x", 1.5, NAN, [], (1, [2.0]), {"a": np.zeros(2)}, np.float32(1), np.array(NAN),
        Foreign("a.B"), np.zeros((0, 3)), np.array([np.inf, -np.inf, NAN]), np.array([1 + 1j]), np.array(["text"]),
    ],
    ids=repr,
)  # fmt: skip
def test_everything_is_the_same_as_its_copy(value: Any) -> None:
    copied = value.copy() if isinstance(value, np.ndarray) else value
    assert same(("value", copied), ("value", value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        ([1], (1,)),
        ([1], [1, 1]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1, "b": 1}, {"a": 1, "b": 2}),
        ([1, 2], [1, 3]),
        (np.array([1.0, np.inf]), np.array([2.0, np.inf])),
        ("raised", "ended"),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(()), np.float64(0)),
        (np.array([1, 2]), np.array([1, 3])),
        (np.array([1.0, NAN]), np.array([1.0, 2.0])),
        (np.array([np.inf]), np.array([-np.inf])),
        (1.5, 1.5000001),
        (Foreign("a.B"), Foreign("a.C")),
        (Foreign("a.B"), "a.B"),
        ([("value", 1)], [("value", 1), ("raised", "ValueError")]),
    ],
    ids=repr,
)
def test_what_differs_is_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(("dtype", "noise"), [("f8", 1e-13), ("f4", 1e-6), ("c16", 1e-13), ("c8", 1e-6)])
def test_rounding_in_another_order_of_operations_is_the_same(dtype: str, noise: float) -> None:
    """And 1000 times the tolerance is not."""
    values = np.array([1.0, -3.0, 0.5], dtype)
    assert same(values * np.array(1 + noise, dtype), values)
    assert not same(values * np.array(1 + noise * 1e5, dtype), values)
    assert same(0.1 + 0.2, 0.3)
    assert same(np.array([0.1 + 0.2, np.inf, NAN]), np.array([0.3, np.inf, NAN]))


def test_what_cancels_to_nearly_zero_beside_large_numbers_is_the_same() -> None:
    assert same(np.array([1e3, 1e-10]), np.array([1e3, 0.0]))
    assert not same(np.array([1e-3, 1e-10]), np.array([1e-3, 0.0]))
