"""The call in the message of a check whose code raised, hung or died before anything was compared."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks import close_to
from grader.judge.call import call_shown


def asks(x: float) -> float:
    raise ValueError(x)


def two_lines(x: float) -> None:
    assert asks(x) == close_to(
        2 * x,
        call=f"asks({x})",
    )


def later() -> None:
    got = {name: asks(1.0) for name in "ab"}
    expected = {"a": 2.0, "b": 2.0}
    assert got == close_to(expected, call="asks(1.0)")


def named() -> None:
    got = asks(1.0)
    call = "named()"
    assert got == close_to(2.0, call=call)


def second() -> None:
    assert close_to(1.0, call="first()").expected == 1.0
    assert asks(1.0) == close_to(2.0, call="second()")


def made_of_what_never_came() -> None:
    got = asks(1.0)
    assert got == close_to(2.0, call=f"{got}")


def shows_none() -> None:
    assert asks(1.0) == close_to(2.0)


@pytest.mark.parametrize(
    ("check", "arguments", "shown"),
    [
        (two_lines, (3.0,), "asks(3.0)"),
        (later, (), "asks(1.0)"),
        (named, (), "named()"),
        (second, (), "second()"),
        (made_of_what_never_came, (), ""),
        (shows_none, (), ""),
    ],
)
def test_the_call_is_that_of_the_line_which_raised_or_the_next_one_below(
    check: Any, arguments: tuple[Any, ...], shown: str
) -> None:
    """It may be made of the case's values; one that needs the answer is none."""
    with pytest.raises(ValueError) as caught:
        check(*arguments)
    assert call_shown(check, caught.value) == shown


def test_a_problem_from_elsewhere_has_no_call() -> None:
    with pytest.raises(ValueError) as caught:
        asks(1.0)
    assert call_shown(two_lines, caught.value) == ""
    assert call_shown(two_lines, None) == ""
