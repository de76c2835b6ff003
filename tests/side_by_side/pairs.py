"""Comparisons of a test's own, without a worker: two values as a check would compare them."""

from __future__ import annotations

from typing import Any

from grader.judge.compared import Compared, Comparison, _add
from grader.judge.matchers import Matcher, close_to
from grader.model import Check, CheckResult


def comparisons_of(got: Any, expected: Any) -> list[Comparison]:
    made: list[Comparison] = []
    _add(made, got, expected if isinstance(expected, Matcher) else close_to(expected), "")
    return made


def compared(got: Any, expected: Any, returned: Any = None, outcome: str = "") -> Compared:
    """What `kata trace` and `kata show` are given where a check compares these two."""
    comparisons = comparisons_of(got, expected)
    differs = any(one.first is not None for one in comparisons)
    title = {"en": "A fact.", "es": "Un hecho."}
    ended = outcome or ("failed" if differs else "passed")
    messages = {"en": "A fact.\n    in words", "es": "Un hecho.\n    en palabras"} if differs or outcome else {"en": "", "es": ""}
    result = CheckResult("90.1", title, "visible", ended, 0, 1, messages, [], None, 0.0)
    check = Check("90.1", "test_fact", title, 1, "visible", "", (), (), lambda: None, ({},))
    return Compared(check, result, comparisons, [] if returned is None else [returned])
