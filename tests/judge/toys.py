"""Submissions to the toy exercise, and checks of a test's own on it."""

from __future__ import annotations

from typing import Any

from grader import catalog
from grader.checks import close_to, points
from grader.model import Check, Exercise

RIGHT = """
def double(x):
    if isinstance(x, str):
        raise TypeError(x)
    return 2 * x
"""


def body(*lines: str) -> str:
    return "\n    ".join(["def double(x):", *lines])


def check_of(toy: Exercise, function: Any, points_: float = 20, visibility: str = "visible") -> Check:
    """A check of a test's own. Its scenario is the toy exercise's `doubled`."""
    function.__doc__ = function.__doc__ or "A fact."
    return catalog.make_check(toy, visibility, points(points_, id=f"90.{function.__name__}")(function))


def passes(submission: Any) -> None:
    assert submission.run("doubled", 2.0) == close_to(4.0)
