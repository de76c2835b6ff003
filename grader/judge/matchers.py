"""Where a check compares: `assert got == close_to(expected)`. Type, dtype, shape, values; nothing is cast to fit."""

from __future__ import annotations

import itertools
from typing import Any, NoReturn

import numpy as np

from grader.judge import trace
from grader.model import Finding
from grader.worker.values import Foreign

RELATIVE = {"d": 1e-9, "D": 1e-9, "f": 1e-5, "F": 1e-5, "e": 1e-2}  # by the dtype's character
MOST_ROWS = 8  # of numbers that differ, side by side
SHORT = 80  # characters of a list that says more than its length
ABSOLUTE_SHARE = 1e-3  # atol = this share of rtol, times the largest expected number
NOT_SUBCLASSES = {"NotImplementedError": "RuntimeError", "RecursionError": "RuntimeError"}


class Mismatch(AssertionError):
    """A comparison that did not hold; `finding` says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.kind}: {finding.facts}")
        self.finding = finding


class Matcher:
    """The right side of `==` in a check. Records what it is compared with, then raises Mismatch or is equal."""

    __array_ufunc__ = None  # numpy leaves == to us
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, got: object) -> bool:
        trace.compared(got, self)
        trace.record("value", got)
        self.compare(got)
        return True

    def __ne__(self, got: object) -> NoReturn:
        raise TypeError("a check says `assert got == matcher`, never !=")

    def compare(self, got: Any) -> None:
        raise AssertionError("unreachable because each matcher has its own")


class close_to(Matcher):
    """Equal to `expected` within a tolerance.

    Defaults: rtol by dtype (float64 1e-9, float32 1e-5, float16 1e-2) and atol = rtol/1000 of the largest |expected|
    in that array. Integers, bools and strings are compared exactly. `call` is code a learner can type to see it.
    """

    def __init__(self, expected: Any, rtol: float | None = None, atol: float | None = None, call: str = "") -> None:
        self.expected, self.rtol, self.atol, self.call = expected, rtol, atol, call

    def compare(self, got: Any) -> None:
        if not self._plainly_equal(got):
            self._compare(got, self.expected, "")

    def difference(self, got: Any, expected: Any) -> Finding | None:
        """How one part differs from what is expected there; None if it does not."""
        try:
            self._compare(got, expected, "")
        except Mismatch as mismatch:
            return mismatch.finding
        return None

    def _plainly_equal(self, got: Any) -> bool:
        """Are all arrays within rtol alone? So are a right answer's nearly always, and it is seen at once for all."""
        pairs: dict[str, list[tuple[Any, Any]]] = {}
        if not _of_one_form(got, self.expected, pairs):
            return False
        with np.errstate(all="ignore"):
            for kind, some in pairs.items():
                one, other = (np.concatenate([pair[i].reshape(-1) for pair in some]) for i in (0, 1))
                relative = RELATIVE.get(kind, 0.0) if self.rtol is None else self.rtol
                near = np.abs(one - other) <= relative * np.abs(other) if kind in RELATIVE else one == other
                if not (near & np.isfinite(other)).all():
                    return False
        return True

    def _fail(self, kind: str, where: str, **facts: Any) -> NoReturn:
        raise Mismatch(Finding(kind, {"where": where, "call": self.call, **facts}))

    def _compare(self, got: Any, expected: Any, where: str) -> None:
        if type(got) is not type(expected):
            self._fail("type", where, got=describe(got), expected=describe(expected))
        if isinstance(expected, (list, tuple)):
            if len(got) != len(expected):
                self._fail("length", where, got=len(got), expected=len(expected), **in_full(got, expected))
            for i, (one, other) in enumerate(zip(got, expected, strict=True)):
                self._compare(one, other, f"{where}[{i}]")
        elif isinstance(expected, dict):
            if got.keys() != expected.keys():
                self._fail("keys", where, got=short(list(got)), expected=short(list(expected)))
            for key in expected:
                self._compare(got[key], expected[key], f"{where} › {key}" if where else str(key))
        elif isinstance(expected, (np.ndarray, np.generic)):
            self._compare_arrays(got, expected, where)
        elif isinstance(expected, float):
            self._compare_values(np.asarray(got), np.asarray(expected), where)
        elif got != expected:
            words = {"seen": got, "right": expected} if isinstance(expected, (bool, str)) else {}
            self._fail("value", where, got=short(got), expected=short(expected), **words)

    def _compare_arrays(self, got: Any, expected: Any, where: str) -> None:
        if got.dtype != expected.dtype:
            self._fail("dtype", where, got=str(got.dtype), expected=str(expected.dtype))
        if got.shape != expected.shape:
            self._fail("shape", where, got=str(got.shape), expected=str(expected.shape))
        self._compare_values(np.asarray(got), np.asarray(expected), where)

    def _compare_values(self, got: Any, expected: Any, where: str) -> None:
        wrong = self._wrong(got, expected)
        if not wrong.any():
            return
        strange = ~np.isfinite(got) & np.isfinite(expected) if got.dtype.kind in "fc" else np.zeros_like(wrong)
        with np.errstate(all="ignore"):
            size = np.abs(got.astype(np.complex128) - expected.astype(np.complex128)) if got.dtype != bool else wrong
        distance = np.where(wrong, np.nan_to_num(size, nan=np.inf), -1.0)
        index = np.unravel_index(int(np.argmax(strange if strange.any() else distance)), got.shape)
        one, other = apart(got[index], expected[index])
        facts = {
            "got": one, "expected": other, "index": _index(index),
            "count": int(wrong.sum()), "total": int(wrong.size),
            "numbers": side_by_side(got, expected, wrong, distance),
        }  # fmt: skip
        if got.size <= 6 and got.ndim == 1:
            facts |= dict(zip(("all_got", "all_expected"), listings(got, expected, wrong), strict=True))
        self._fail("number" if got.ndim == 0 else "not_finite" if strange.any() else "values", where, **facts)

    def _wrong(self, got: Any, expected: Any) -> Any:
        if got.dtype.kind not in "fc":
            return np.asarray(got != expected)
        relative = RELATIVE[got.dtype.char] if self.rtol is None else self.rtol
        finite = np.abs(expected[np.isfinite(expected)])
        largest = float(finite.max()) if finite.size else 0.0
        absolute = relative * ABSOLUTE_SHARE * largest if self.atol is None else self.atol
        with np.errstate(all="ignore"):
            near = np.abs(got - expected) <= absolute + relative * np.abs(expected)
        return ~(near & np.isfinite(expected) | (got == expected) | (np.isnan(got) & np.isnan(expected)))


def _of_one_form(got: Any, expected: Any, pairs: dict[str, list[tuple[Any, Any]]]) -> bool:
    """Equal but for the numbers in arrays, which are collected by dtype?"""
    kind = type(expected)
    if type(got) is not kind:
        return False
    if kind is dict:
        return got.keys() == expected.keys() and all(_of_one_form(got[k], expected[k], pairs) for k in expected)
    if kind is list or kind is tuple:
        return len(got) == len(expected) and all(map(_of_one_form, got, expected, itertools.repeat(pairs)))
    if kind is np.ndarray:
        pairs.setdefault(got.dtype.char, []).append((got, expected))
        return bool(got.dtype == expected.dtype and got.shape == expected.shape)
    return bool(got == expected)


class equal_to(close_to):
    """Equal to `expected` to the last bit (nan equals nan, 0.0 equals -0.0)."""

    def __init__(self, expected: Any, call: str = "") -> None:
        super().__init__(expected, rtol=0.0, atol=0.0, call=call)


class raised(Matcher):
    """Equals what `submission.error` gives if the code raised `kind` (or a subclass) with these words in its text."""

    def __init__(self, kind: type[BaseException], mentions: tuple[str, ...] | list[str] = (), call: str = "") -> None:
        self.kind, self.mentions, self.call = kind.__name__, list(mentions), call

    def __eq__(self, got: object) -> bool:
        trace.compared(got, self)
        self.compare(got)
        return True

    def compare(self, got: Any) -> None:
        finding = self.difference(got)
        if not isinstance(got, Raised):
            trace.record("value", "nothing was raised")
        elif self._is_kind(got):
            trace.record("value", {"missing words": self._missing(got)})
        if finding is not None:
            raise Mismatch(finding)

    def difference(self, got: Any) -> Finding | None:
        """How what came differs from the error that is expected; None if it does not."""
        facts = {"expected": self.kind, "call": self.call}
        if not isinstance(got, Raised):
            facts |= {"seen": got} if isinstance(got, str) else {}
            return Finding("not_raised", {**facts, "got": short(got), "got_type": describe(got)})
        if not self._is_kind(got):
            return Finding("raised_other", {**facts, **got.place, "got": got.kind, "text": got.text})
        if missing := self._missing(got):
            facts |= got.place | {"text": got.text, "missing": ", ".join(missing)}
            return Finding("raised_without", facts)
        return None

    def _is_kind(self, got: Raised) -> bool:
        return self.kind in got.bases and NOT_SUBCLASSES.get(got.kind) != self.kind

    def _missing(self, got: Raised) -> list[str]:
        return [word for word in self.mentions if word not in got.text]


class Raised:
    """A structured error as a value: the class the learner's code raised, its bases, text and place."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.kind: str = error["class"]
        self.bases, self.text = error["bases"], error["text"]
        self.place = {"line": error["line"], "file": error["file"], "source": error["source"]}

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def describe(value: Any) -> str:
    """A value's type as a learner names it."""
    if isinstance(value, Foreign):
        return value.type_name
    if isinstance(value, np.ndarray):
        return "numpy.ndarray"
    if isinstance(value, Raised):
        return value.kind
    return "None" if value is None else type(value).__name__


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + " …"


def in_full(got: Any, expected: Any) -> dict[str, str]:
    """Two lists as they are, where both are so short that they say more than their lengths."""
    if max(len(got), len(expected)) > SHORT:
        return {}
    both = {"all_got": repr(got), "all_expected": repr(expected)}
    return both if max(map(len, both.values())) <= SHORT else {}


def number(value: Any) -> str:
    return format(value, ".6g") if np.asarray(value).dtype.kind in "fc" else str(value)


def listings(got: Any, expected: Any, wrong: Any) -> list[str]:
    """Two vectors; numbers that differ stand there with as many digits as it takes to see it."""
    pairs = [
        apart(one, other) if differs else (number(one), number(other))
        for one, other, differs in zip(got, expected, wrong, strict=True)
    ]
    return ["[" + ", ".join(texts) + "]" for texts in zip(*pairs, strict=True)]


def side_by_side(got: Any, expected: Any, wrong: Any, distance: Any) -> list[tuple[str, str, str, bool]]:
    """(index, got, expected, do they differ) of a small array's every number, else of those that differ most."""
    order = np.arange(got.size)
    if got.size > MOST_ROWS:
        order = np.sort(np.argpartition(-distance.ravel(), MOST_ROWS)[:MOST_ROWS])
    rows = []
    for i in order:
        index = np.unravel_index(int(i), got.shape)
        if got.size <= MOST_ROWS or wrong[index]:
            rows.append((_index(index), *apart(got[index], expected[index]), bool(wrong[index])))
    return rows


def apart(one: Any, other: Any) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see a difference."""
    if np.asarray(one).dtype.kind not in "fc":
        return str(one), str(other)
    for digits in (6, 9, 12):
        texts = format(one, f".{digits}g"), format(other, f".{digits}g")
        if texts[0] != texts[1]:
            return texts
    return (format(one, ".6g"), format(other, ".6g")) if one == other else (repr(one.item()), repr(other.item()))


def _index(index: tuple[Any, ...]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]" if index else ""
