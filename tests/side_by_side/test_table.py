"""The table of `kata trace`, as text: what a row says, where the mark is, what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import close_to, equal_to, raised
from grader.judge.matchers import Raised
from grader.side_by_side.table import as_lines
from tests.side_by_side.pairs import compared


def rows(got: Any, expected: Any, language: str = "en", width: int = 100) -> list[str]:
    """The table's rows with single spaces, without the head."""
    return [" ".join(line.split()) for line in as_lines(compared(got, expected), language, width)[2:] if line.strip()]


def series(*values: float) -> dict[str, float]:
    return {f"step {i}": value for i, value in enumerate(values, 1)}


def test_the_first_that_differs_has_a_mark_of_its_own_in_both_languages() -> None:
    got, expected = series(1.0, 2.0, 6.0, 8.5), series(1.0, 2.0, 3.0, 4.0)
    assert as_lines(compared(got, close_to(expected, call="play()")), "en", 80) == [
        "✘ 90.1 A fact.",
        "",
        "     value   yours  reference  difference",
        "     step 1  1      1",
        "     step 2  2      2",
        "  →  step 3  6      3          × 2",
        "  ≠  step 4  8.5    4          +4.5",
        "  → the first that differs   ≠ differs too",
        "  Try:  play()",
    ]
    assert as_lines(compared(got, close_to(expected, call="play()")), "es", 80) == [
        "✘ 90.1 Un hecho.",
        "",
        "     valor   tuyo  referencia  diferencia",
        "     step 1  1     1",
        "     step 2  2     2",
        "  →  step 3  6     3           × 2",
        "  ≠  step 4  8.5   4           +4.5",
        "  → el primero que difiere   ≠ también difiere",
        "  Prueba:  play()",
    ]


def test_a_long_trace_shows_the_surroundings_of_the_first_difference_and_counts_the_rest() -> None:
    got, expected = series(*[1.0] * 100), series(*[1.0] * 100)
    got["step 40"] = got["step 99"] = 2.0
    shown = rows(got, expected)
    assert shown[0] == "… 35 more above, equal"
    assert shown[2:8] == ["step 36 1 1", "step 37 1 1", "step 38 1 1", "step 39 1 1", "→ step 40 2 1 × 2", "step 41 1 1"]
    assert shown[-3:] == ["step 51 1 1", "… 49 more below, of which 1 differ", "→ the first that differs"]
    spanish = rows(got, expected, "es")
    assert (spanish[0], spanish[-2]) == ("… más arriba, iguales: 35", "… más abajo: 49, de los que difieren 1")


@pytest.mark.parametrize(
    ("got", "expected", "row"),
    [
        (np.array([1.0, -2.0]), np.array([3.0, -6.0]), "→ result [1, -2] [3, -6] × 0.333"),
        (np.array([1.0, 3.0]), np.array([0.0, 2.0]), "→ result [1, 3] [0, 2] +1 everywhere"),
        (np.array([1.0, 2.5]), np.array([1.0, 2.0]), "→ result [1, 2.5] [1, 2] +0.5 at [1]"),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "→ result [1, nan] [1, 2] nan at [1]"),
        (1.0 + 1e-7, 1.0, "→ result 1.0000001 1 +1e-07"),
        (np.array([1], dtype=np.float32), np.array([1.0]), "→ result float32 (1,) [1] float64 (1,) [1] dtype"),
        (np.ones((2, 1)), np.ones(2), "→ result float64 (2, 1) [[1], [1]] float64 (2,) [1, 1] shape"),
        ([1, 2, 3], [3, 1, 2], "→ result [1, 2, 3] [3, 1, 2] other order"),
        ([1, 2], [1, 2, 3], "→ result [1, 2] [1, 2, 3] length"),
        (3, 3.0, "→ result int 3 float 3 type"),
        ([1, 2], (1, 2), "→ result list [1, 2] tuple (1, 2) type"),
        (None, np.array([2.0]), "→ result None float64 (1,) [2] type"),
        ("gone", "as it was", "→ result 'gone' 'as it was'"),
        (False, True, "→ result False True"),
        (4, 3, "→ result 4 3 +1"),
        (10**30, 3, "→ result 1000000000000000000000000000000 3"),
    ],
)  # fmt: skip
def test_a_row_says_how_two_values_differ(got: Any, expected: Any, row: str) -> None:
    assert rows(got, equal_to(expected))[1] == row


def test_a_large_array_is_its_dtype_and_shape_and_the_number_that_differs_most() -> None:
    expected = np.arange(60.0).reshape(20, 3)
    got = expected.copy()
    got[4, 1] += 0.5
    assert rows({"w": got, "b": expected}, {"w": expected, "b": expected})[1:3] == [
        "→ w float64 (20, 3), [4, 1] 13.5 float64 (20, 3), [4, 1] 13 +0.5 at [4, 1]",
        "b float64 (20, 3) [0, 1, 2, …] float64 (20, 3) [0, 1, 2, …]",
    ]


def test_a_part_that_only_one_side_has_is_a_row() -> None:
    """A batch too few, a key too many; batches are values, not single indices."""
    assert rows([[0, 1], [2, 3]], [[0, 1], [2, 3], [4]])[1:4] == [
        "[0] [0, 1] [0, 1]", "[1] [2, 3] [2, 3]", "→ [2] - [4] one is missing",
    ]  # fmt: skip
    assert rows({"a": 1, "b": 2}, {"a": 1}, "es")[1:3] == ["a 1 1", "→ b 2 - falta uno"]


def test_what_should_raise_is_a_row_for_each_call() -> None:
    error = Raised({"class": "ValueError", "bases": ["ValueError"], "text": "no", "line": 1, "file": "", "source": ""})
    bad = raised(ValueError, mentions=["lr", "-1"], call="Adam([p], lr=-1)")
    assert rows(error, bad)[1] == "→ Adam([p], lr=-1) ValueError: no ValueError: … lr … -1 … message"
    assert rows(None, bad)[1] == "→ Adam([p], lr=-1) None ValueError: … lr … -1 … no error"
    assert rows(error, raised(TypeError, call="f()"), "es")[1] == "→ f() ValueError: no TypeError otro error"


def test_without_a_value_the_message_is_shown() -> None:
    """A check that ended in an error, a loop or a fact that does not hold."""
    assert as_lines(compared(1, 1, outcome="error"), "en", 80) == ["✘ 90.1 A fact. [error]", "    in words"]
    assert as_lines(compared(1, 1, outcome="failed"), "es", 80) == ["✘ 90.1 Un hecho.", "    en palabras"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    label = "a name that is longer than any column should be, and then some more of it"
    got = {label: np.arange(12.0) / 7, "word" * 30: "x" * 500}
    expected = {label: np.arange(12.0) / 7.000001, "word" * 30: "y" * 500}
    assert max(map(len, as_lines(compared(got, expected), "en", width))) <= width


def test_a_learners_text_is_text() -> None:
    """Neither markup nor escape sequences of a value reach the terminal."""
    text = "\n".join(as_lines(compared({"[red]k\x1b[2J": "[bold]\x1b[31m"}, {}), "en", 80))
    assert "[red]k" in text
    assert "[bold]" in text
    assert "\x1b" not in text
