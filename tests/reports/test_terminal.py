"""The block that a learner reads in a terminal: nothing of use is cut, scores stay in their column."""

from __future__ import annotations

import pytest

from grader.model import Attempt, CheckResult, Exercise
from grader.reports.terminal import lines

TITLE = "Twice every element of an array of any shape, and the argument itself is as it was before."


def result(outcome: str, message: str = "title\n    got 5, expected 6") -> CheckResult:
    return CheckResult("90.2", {"en": TITLE, "es": TITLE}, "visible", outcome, 0, 0.5, {"en": message}, [], None, 0)


def block(toy: Exercise, *checks: CheckResult, columns: int = 80) -> list[str]:
    made = Attempt("", toy.name, "failed", 0, 1, 0, "", "", {}, "", [], list(checks))
    return [text for text, _ in lines(made, toy, "en", columns=columns)]


def test_the_failure_in_full_has_its_whole_title(toy: Exercise) -> None:
    """Of the others a line each."""
    assert block(toy, result("failed"), result("failed"))[1:] == [
        "  ✘ 90.2 Twice every element of an array of any shape, and the argument  0/0.5",
        "         itself is as it was before.",
        "        got 5, expected 6",
        "  ✘ 90.2 Twice every element of an array of any shape, and the argument… 0/0.5",
    ]


@pytest.mark.parametrize(
    ("outcome", "message", "end"),
    [("timeout", "", "… [timeout] 0/0.5"), ("waiting", "title\n    waits for 90.1", "… (waits for 90.1) 0/0.5")],
)
def test_how_a_check_ended_is_not_cut_with_its_title(outcome: str, message: str, end: str, toy: Exercise) -> None:
    text = block(toy, result("failed"), result(outcome, message))[-1]
    assert text.endswith(end) and len(text) == 78


def test_in_a_narrow_terminal_a_line_is_as_wide_as_it_is(toy: Exercise) -> None:
    made = block(toy, result("failed"), result("timeout", ""), columns=50)
    assert {len(made[0]), len(made[1]), len(made[-1])} == {50}
    assert len(block(toy, result("failed"), columns=10)[0]) == 40


@pytest.mark.parametrize(
    ("language", "words"), [("en", "checks run: 1 of 6"), ("es", "comprobaciones ejecutadas: 1 de 6")]
)
def test_how_many_checks_were_run_reads_well_of_one(language: str, words: str, toy: Exercise) -> None:
    """Words that agree with any number: one check alone is what an editor runs."""
    one = CheckResult(
        "90.2", {"en": TITLE, "es": TITLE}, "visible", "passed", 0.5, 0.5, {"en": "", "es": ""}, [], None, 0
    )
    made = Attempt("", toy.name, "passed", 0.5, 3, 0, "", "", {}, "", [], [one])
    assert f"  {words}" in [text for text, _ in lines(made, toy, language, of=6)]
