"""Which checks `kata_check` runs for one: it and what it needs, however far that goes."""

from __future__ import annotations

import dataclasses

from grader.jupyter import _with_needs
from grader.model import Check


def test_what_a_check_needs_comes_with_it(toy_checks: tuple[Check, ...]) -> None:
    first, second, third = (
        dataclasses.replace(toy_checks[0], name=name, needs=needs)
        for name, needs in (("a", ()), ("b", ("a",)), ("c", ("b",)))
    )
    other = dataclasses.replace(first, name="other")
    assert _with_needs(third, [first, other, second, third]) == [first, second, third]
    assert _with_needs(second, [first, other, second, third]) == [first, second]
    assert _with_needs(other, [first, other, second, third]) == [other]
