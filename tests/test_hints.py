"""Hints: those of the mistake that the learner's file shows, one level after the other, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader import catalog, hints, progress
from grader.hints import FILE, Seen
from grader.judge.message import explain
from grader.model import Attempt, Check, CheckResult, Exercise, Finding
from tests.course_copy import Course, copy_to
from tests.test_plugin import ADDS_TWO

OWN = """hints = [
    {en = "What does three give?", es = "¿Qué da tres?"},
    {en = "6, and yours 5.", es = "6, y el tuyo 5."},
    {en = "Another operation.", es = "Otra operación."},
]
"""
WITH_OWN, WITHOUT = Seen("90.1", "adds_two"), Seen("90.2", "in_place")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The toy course in which one mistake has hints of its own, and one says to begin at the exercise's second."""
    made = copy_to(tmp_path)
    file = made.exercise / "exercise.toml"
    text = file.read_text("utf-8").replace("[misconceptions.adds_two]\nhint = 2\n", f"[misconceptions.adds_two]\n{OWN}")
    file.write_text(text.replace("[misconceptions.in_place]\nhint = 1", "[misconceptions.in_place]\nhint = 2"), "utf-8")
    return made


@pytest.fixture
def double(course: Course) -> Exercise:
    return catalog.load(course.exercise)


def attempt(*checks: tuple[str, str, list[str]], sha256: str = "a", outcome: str = "failed") -> Attempt:
    results = [CheckResult(id, {}, "visible", end, 0, 1, {}, names, None, 0.0) for id, end, names in checks]
    return Attempt("", "90_double", outcome, 0, 20, 0.0, "", "", {}, sha256, [], results)


def test_a_mistake_has_its_own_hints_and_one_without_has_the_exercises(double: Exercise) -> None:
    assert hints.hint(double, WITH_OWN, 2, "en") == "6, and yours 5."
    assert hints.hint(double, WITH_OWN, 2, "es") == "6, y el tuyo 5."
    assert [hints.hint(double, WITHOUT, level, "en") for level in (0, 2, 4)] == ["", "Multiply.", ""]
    assert hints.hint(double, Seen(), 3, "es") == "Por dos."


def test_the_first_is_the_mistakes_own_first_or_the_exercises_that_fits(double: Exercise) -> None:
    nothing = progress.Standing()
    assert [hints.taken(double, seen, nothing) for seen in (Seen(), WITH_OWN, WITHOUT)] == [0, 0, 1]
    standing = progress.Standing(hints={"adds_two": 2, "": 3})
    assert [hints.taken(double, seen, standing) for seen in (Seen(), WITH_OWN, WITHOUT)] == [3, 2, 1]


def test_what_comes_next_is_said_in_both_languages(double: Exercise) -> None:
    said = [hints.what_next(double, WITH_OWN, level, "en") for level in (1, 2, 3)]
    assert said == ["More: kata hint 90 2 (an example with numbers to compute by hand)",
                    "More: kata hint 90 3 (what to change)", ""]  # fmt: skip
    assert hints.what_next(double, WITH_OWN, 2, "es") == "Más: kata hint 90 3 (qué cambiar)"
    assert hints.what_next(double, Seen(), 1, "en") == "More: kata hint 90 2"
    assert hints.about(double, WITH_OWN, "es") == "90.1 · suma dos"


def test_a_recognised_mistake_counts_before_a_failure_that_was_not_recognised() -> None:
    passed, waits, plain = ("90.1", "passed", []), ("90.2", "waiting", ["x"]), ("90.3", "error", [])
    assert hints.seen_in(attempt(passed, waits, plain, ("90.4", "failed", ["in_place"]))) == Seen("90.4", "in_place")
    assert hints.seen_in(attempt(passed, waits, plain)) == Seen("90.3")
    assert hints.seen_in(attempt(passed)) == hints.seen_in(None) == Seen()
    assert hints.seen_in(attempt(passed, outcome="passed")) == Seen(solved=True)


def test_what_was_seen_belongs_to_that_file_and_nothing_is_kept_of_a_broken_run(
    course: Course, double: Exercise
) -> None:
    hints.remember(double, attempt(("90.1", "failed", ["adds_two"])))
    hints.remember(double, attempt(("90.1", "broken", []), outcome="broken"))
    assert hints.recall(double, "a") == WITH_OWN
    assert hints.recall(double, "b") is None
    assert not list((course.root / FILE).parent.glob("*.half"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[" * 100_000, b"[]", b'{"90_double": 3}', b'{"90_double": ["a", "x"]}',
     b'{"90_double": ["a", "90.1", "no_such_mistake", false]}', b'{"90_double": ["a", 1, "adds_two", false]}',
     b'{"90_double": ["a", "90.1", "adds_two"]}', b'{"90_double": ["a", "", "", 0]}'],
)  # fmt: skip
def test_whatever_is_in_the_file_nothing_is_recalled_and_it_is_written_anew(
    content: bytes, course: Course, double: Exercise
) -> None:
    file = course.root / FILE
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    assert hints.recall(double, "a") is None
    hints.remember(double, attempt(("90.1", "failed", ["adds_two"])))
    assert json.loads(file.read_text())["90_double"] == ["a", "90.1", "adds_two", False]


def test_the_message_names_the_command_that_shows_the_next_hint(
    double: Exercise, toy_checks: tuple[Check, ...]
) -> None:
    finding = Finding("value", {"got": "1", "expected": "2"})
    for id, language, line in (("adds_two", "en", "Hint: kata hint 90"), ("in_place", "es", "Pista: kata hint 90 2")):
        known = [double.misconceptions[id]]
        assert f"    {line}" in explain(finding, toy_checks[0], double, known, {}, language).splitlines()


def test_kata_hint_judges_a_file_that_nobody_judged_and_then_goes_on_level_by_level(course: Course) -> None:
    course.write(ADDS_TWO)
    assert course.run("kata", "hint", "90").stdout == (
        "90.1 · adds two\nWhat does three give?\nMore: kata hint 90 2 (an example with numbers to compute by hand)\n"
    )
    assert course.run("kata", "hint", "90", language="es").stdout.splitlines()[:2] == [
        "90.1 · suma dos",
        "6, y el tuyo 5.",
    ]
    assert course.run("kata", "hint", "90", "1").stdout.splitlines()[1] == "What does three give?"
    assert course.run("kata", "hint", "90").stdout == "90.1 · adds two\nAnother operation.\n"
    assert progress.read(course.root)["90_double"].hints == {"adds_two": 3}


def test_a_file_that_is_half_written_gets_the_hint_of_what_is_written(course: Course) -> None:
    course.write(ADDS_TWO + "\n\ndef later():\n    raise NotImplementedError('90.2 for another day')\n")
    assert course.run("kata", "hint", "90").stdout.splitlines()[:2] == ["90.1 · adds two", "What does three give?"]


@pytest.mark.parametrize("judged_before", [True, False])
def test_a_solved_exercise_gets_no_hint_and_says_what_is_next(judged_before: bool, course: Course) -> None:
    course.write(ADDS_TWO.replace("2 + x", "2 * x"))
    if judged_before:
        course.run("kata", "check", "90")
    said = course.run("kata", "hint", "90").stdout
    assert said == "✔ Every check passes.\n  Our solution beside yours: kata solution 90\n  Every exercise is passed.\n"
    said = course.run("kata", "hint", "90", language="es").stdout
    assert said.startswith("✔ Pasan todas las comprobaciones.\n  Nuestra solución junto a la tuya: kata solution 90\n")
    assert progress.read(course.root)["90_double"].hints == {}
    assert course.run("kata", "hint", "90", "2").stdout.splitlines()[0] == "Multiply."


def test_progress_of_hints_merges_like_scores(double: Exercise) -> None:
    for level, about in ((2, "adds_two"), (1, "adds_two"), (1, ""), (3, "in_place")):
        progress.record_hint(double, level, about)
    standing = progress.read(double.folder.parent.parent)["90_double"]
    assert standing.hints == {"adds_two": 2, "": 1, "in_place": 3}
    assert replace(standing, hints={}).hint == 0


def test_a_file_that_is_half_written_is_looked_at(course: Course) -> None:
    """It still raises NotImplementedError somewhere; the hint is about the mistake that the written part shows."""
    kept = course.exercise / ".original" / "double.py"
    kept.parent.mkdir()
    kept.write_text("def double(x):\n    raise NotImplementedError\ndef other():\n    raise NotImplementedError\n")
    course.write(ADDS_TWO + "\n\ndef other():\n    raise NotImplementedError\n")
    assert course.run("kata", "hint", "90", language="es").stdout.startswith("90.1 · suma dos\n¿Qué da tres?\n")
