"""A check's trace: what its matchers compared and which errors came, in order. Diagnosis compares traces."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from grader.worker.values import encode

Trace = list[Any]  # of ("value", value) | ("raised", class) | ("ended", how)

LARGE = 4 << 20  # bytes of arrays, texts and bytes in one value; beyond it a trace keeps no more than a digest

_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def start() -> Trace:
    """Begin a new trace; what is recorded from now on goes there."""
    trace: Trace = []
    _current.set(trace)
    return trace


def record(kind: str, seen: Any) -> None:
    trace = _current.get()
    if trace is not None:
        trace.append((kind, seen if _size(seen) <= LARGE else _digest(seen)))


def _size(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, (str, bytes)):
        return len(value)
    return int(value.nbytes) if isinstance(value, np.ndarray) else 0


def _digest(value: Any) -> str:
    """Stands for a value that nobody's right code gives: a hostile submission has hundreds of them."""
    return hashlib.sha256(encode(value)).hexdigest()


class Kept:
    """What is kept of a check to be shown: (what came, the matcher) of each comparison; what each scenario returned."""

    def __init__(self) -> None:
        self.compared: list[tuple[Any, Any]] = []
        self.returned: list[Any] = []


_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[Kept]:
    """While it is open, what is compared and returned is kept, besides the trace."""
    kept = Kept()
    before = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(before)


def compared(got: Any, matcher: Any) -> None:
    if (kept := _kept.get()) is not None:
        kept.compared.append((got, matcher))


def returned(value: Any) -> None:
    if (kept := _kept.get()) is not None:
        kept.returned.append(value)


def same(one: Any, other: Any) -> bool:
    """Are two traces (or values in them) equal up to rounding in another order of operations?"""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (np.ndarray, np.generic)):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        return one.tobytes() == other.tobytes() or _close(np.asarray(one), np.asarray(other))
    if isinstance(one, float):
        return one == other or math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def _close(one: Any, other: Any) -> bool:
    if one.dtype.kind not in "fc" or not one.size:
        return bool((one == other).all())
    if bool(((one == other) | (np.isnan(one) & np.isnan(other))).all()):
        return True
    relative = 1e-9 if one.dtype.itemsize >= 8 and one.dtype != np.complex64 else 1e-5
    size = np.abs(other)
    largest = float(size.max(where=np.isfinite(size), initial=0.0))
    with np.errstate(all="ignore"):
        near = np.abs(one - other) <= relative * (size + 1e-3 * largest)
    return bool((near & np.isfinite(size) | (one == other) | (np.isnan(one) & np.isnan(other))).all())
