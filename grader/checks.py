"""The only thing a check imports: its decorators and its matchers.

@points(4, id="03.2", about="Adam.step")
@catches("eps_inside_root")
def test_six_steps(submission, reference, rng):
    \"\"\"A fact that should hold.\"\"\"
    assert submission.run("steps", ...) == close_to(reference.run("torch_steps", ...))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from grader.judge.matchers import close_to, equal_to, raised
from grader.model import CheckMarks

__all__ = ["catches", "close_to", "equal_to", "needs", "points", "raised"]

F = TypeVar("F", bound=Callable[..., None])


def _marks(function: Any) -> CheckMarks:
    if not hasattr(function, "kata"):
        function.kata = CheckMarks()
    marks: CheckMarks = function.kata
    return marks


def points(number: float, *, id: str, about: str = "") -> Callable[[F], F]:
    """What the check is worth, its id (`03.2`), and the class or function of the learner's file that it is about."""

    def mark(function: F) -> F:
        marks = _marks(function)
        marks.points, marks.id, marks.about = number, id, about
        return function

    return mark


def catches(*mistakes: str) -> Callable[[F], F]:
    """The mistakes that must fail this check; `kata dev check` proves each."""

    def mark(function: F) -> F:
        _marks(function).catches += mistakes
        return function

    return mark


def needs(*checks: str) -> Callable[[F], F]:
    """Names of checks that must pass first; else this one is `waiting`."""

    def mark(function: F) -> F:
        _marks(function).needs += checks
        return function

    return mark
