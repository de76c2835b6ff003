"""A visible check's values, the learner's beside the reference's: what `kata trace` lists and `kata show` draws.

Only here are the two sides paired. Values of hidden checks are refused, whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from grader.judge import trace, words
from grader.judge.attempt import Judging
from grader.judge.matchers import Matcher, close_to, raised
from grader.model import Check, CheckResult, Exercise, Finding

SCALARS = (bool, int, float, str, type(None))


class Word(str):
    """Stands where a check said what it saw in words: `no`, `too little`."""


class Nothing:
    """Stands where one side has no value: a batch too few, a key that is not there."""


@dataclass(frozen=True)
class ToRaise:
    """The reference's side where an error is expected."""

    kind: str
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """One value of each side; a Word where the check says it in words. `label` says where it is:
    `step 2, parameter 0`, `epoch 1[3]`; "" for the whole.

    `kind` is the finding's (`values`, `shape`, ...), or `absent` where one side has nothing; "" where they are equal.
    """

    label: str
    yours: Any
    reference: Any
    kind: str = ""


@dataclass(frozen=True)
class Comparison:
    """One `assert got == ...` of a check, taken apart. `call` is what a learner types to see it; `case` may be ""."""

    call: str
    case: str
    pairs: list[Pair]

    @property
    def first(self) -> int | None:
        """The place of the first pair that differs."""
        return next((i for i, pair in enumerate(self.pairs) if pair.kind), None)


@dataclass(frozen=True)
class Compared:
    """A visible check: how it ended, its comparisons as far as it came, and what the learner's code returned."""

    check: Check
    result: CheckResult
    comparisons: list[Comparison]
    returned: list[Any]

    @property
    def first(self) -> Comparison | None:
        """The comparison to look at: the first that differs, else the first."""
        differing = [comparison for comparison in self.comparisons if comparison.first is not None]
        return next(iter(differing or self.comparisons), None)


def compared(judging: Judging, check: Check, language: str) -> Compared:
    """Run a visible check, in the worker as ever, and keep what was compared. Raises ValueError for a hidden one."""
    _refuse_hidden(check)
    cases = []
    for case in check.cases:
        with trace.keeping() as kept:
            judging.case(check, case)
        cases.append(kept)
    return paired(judging, check, cases, language)


def paired(judging: Judging, check: Check, cases: Sequence[trace.Kept], language: str) -> Compared:
    """As `compared`, of a check whose cases were run already, with what was kept of each."""
    _refuse_hidden(check)
    comparisons: list[Comparison] = []
    for case, kept in zip(check.cases, cases, strict=True):
        said = words.case(case, judging.exercise, language) if len(check.cases) > 1 else ""
        for got, matcher in kept.compared:
            _add(comparisons, got, matcher, said)
    in_words = [_in_words(comparison, judging.exercise, language) for comparison in comparisons]
    return Compared(check, judging.result(check, []), in_words, [value for kept in cases for value in kept.returned])


def _in_words(comparison: Comparison, exercise: Exercise, language: str) -> Comparison:
    pairs = []
    for pair in comparison.pairs:
        if said := words.pair(pair.yours, pair.reference, pair.label, exercise, language):
            pair = replace(pair, yours=Word(said[0]), reference=Word(said[1]))
        pairs.append(replace(pair, label=words.place(pair.label, exercise, language)))
    return replace(comparison, call=words.put(comparison.call, exercise, language), pairs=pairs)


def _refuse_hidden(check: Check) -> None:
    if check.visibility != "visible":
        raise ValueError(f"{check.id} is hidden: its values are not shown")


def _add(comparisons: list[Comparison], got: Any, matcher: Matcher, case: str) -> None:
    if isinstance(matcher, close_to):
        pairs = list(_split(matcher, got, matcher.expected, ""))
        comparisons.append(Comparison(matcher.call, case, pairs))
    elif isinstance(matcher, raised):
        expected = ToRaise(matcher.kind, tuple(matcher.mentions))
        pair = Pair(matcher.call, got, expected, _kind(matcher.difference(got)))
        last = comparisons[-1] if comparisons else None
        if last is not None and isinstance(last.pairs[-1].reference, ToRaise):
            last.pairs.append(pair)  # errors that are expected one after another are one list, a line for each call
        else:
            comparisons.append(Comparison("", "", [pair]))


def _split(matcher: close_to, got: Any, expected: Any, label: str) -> Iterator[Pair]:
    """The pairs in two values of one form. A list of numbers or words, such as a batch of indices, is one value."""
    if type(got) is not type(expected) or not isinstance(expected, (dict, list, tuple)):
        yield Pair(label, got, expected, _kind(matcher.difference(got, expected)))
    elif isinstance(expected, dict):
        if not (got or expected):
            yield Pair(label, got, expected)
        for key in [*expected, *(key for key in got if key not in expected)]:
            place = f"{label} › {key}" if label else str(key)
            yield from _part(matcher, got.get(key, Nothing()), expected.get(key, Nothing()), place)
    elif is_flat(got) and is_flat(expected):
        yield Pair(label, got, expected, _kind(matcher.difference(got, expected)))
    else:
        for i, (one, other) in enumerate(zip_longest(got, expected, fillvalue=Nothing())):
            yield from _part(matcher, one, other, f"{label}[{i}]")


def _part(matcher: close_to, got: Any, expected: Any, label: str) -> Iterator[Pair]:
    if isinstance(got, Nothing) or isinstance(expected, Nothing):
        yield Pair(label, got, expected, "absent")
    else:
        yield from _split(matcher, got, expected, label)


def is_flat(value: Any) -> bool:
    """A list or tuple of numbers and words alone?"""
    return isinstance(value, (list, tuple)) and all(type(item) in SCALARS for item in value)


def _kind(finding: Finding | None) -> str:
    return finding.kind if finding is not None else ""
