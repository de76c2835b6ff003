"""What a learner reads below a verdict: the commands that help with what it shows."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.model import Attempt, CheckResult, Exercise
from grader.next_steps import next_steps
from grader.patience import saying_if_slow
from tests.course_copy import copy_to

FAILED = ("failed", "visible", [])


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return catalog.load(copy_to(tmp_path).exercise)


def attempt(*checks: tuple[str, str, list[str]], outcome: str = "failed") -> Attempt:
    """With checks 90.1, 90.2 ... of (outcome, visibility, misconceptions)."""
    results = [
        CheckResult(f"90.{i}", {"en": "", "es": ""}, visibility, ended, 0, 1, {"en": "", "es": ""}, named, None, 0)
        for i, (ended, visibility, named) in enumerate(checks, 1)
    ]
    return Attempt("", "90_double", outcome, 0, 1, 0, "", "", {}, "", [], results)


def said(made: Attempt, exercise: Exercise, language: str = "en", whole: bool = True) -> list[str]:
    return [text.strip() for text, _ in next_steps(made, exercise, language, whole)]


def test_a_wrong_value_leads_to_the_values_and_where_no_mistake_is_recognised_to_a_hint(exercise: Exercise) -> None:
    one = attempt(("passed", "visible", []), FAILED)
    assert said(one, exercise) == [
        "Your values beside the reference's: kata trace 90 90.2", "A hint: kata hint 90",
    ]  # fmt: skip
    assert said(one, exercise, "es") == [
        "Tus valores junto a los de la referencia: kata trace 90 90.2", "Una pista: kata hint 90",
    ]  # fmt: skip
    assert said(attempt(("failed", "visible", ["adds_two"])), exercise) == [
        "Your values beside the reference's: kata trace 90 90.1"
    ]


def test_of_a_hidden_check_there_are_no_values_to_see(exercise: Exercise) -> None:
    assert said(attempt(("failed", "hidden", [])), exercise) == ["A hint: kata hint 90"]


@pytest.mark.parametrize("outcome", ["error", "timeout", "not_attempted", "broken"])
def test_an_error_says_where_it_is_and_needs_nothing_more(outcome: str, exercise: Exercise) -> None:
    assert said(attempt((outcome, "visible", []), ("waiting", "visible", [])), exercise) == []


def test_a_file_that_is_missing_can_be_put_back(exercise: Exercise) -> None:
    gone = attempt(("missing", "visible", []), outcome="missing")
    assert said(gone, exercise) == [
        "The file belongs at exercises/90_double/double.py. To have the original there again: kata reset 90"
    ]
    assert said(gone, exercise, "es") == [
        "El archivo va en exercises/90_double/double.py. Para tener allí de nuevo el original: kata reset 90"
    ]


@pytest.mark.parametrize("other", ["doubles.py", "Double.py", "double.py.txt", "double"])
def test_a_file_that_was_renamed_is_named(other: str, exercise: Exercise) -> None:
    """By a learner or by an editor's ending; not what comes with the exercise, nor a hidden file, nor a folder."""
    gone = attempt(("missing", "visible", []), outcome="missing")
    exercise.stub.unlink()
    (exercise.folder / "__pycache__").mkdir(exist_ok=True)
    (exercise.folder / ".double.py.swp").write_text("")
    assert len(said(gone, exercise)) == 1
    (exercise.folder / other).write_text("")
    assert said(gone, exercise)[1] == f"In that folder is {other}. If it is yours, give it the name double.py."
    assert said(gone, exercise, "es")[1] == f"En esa carpeta está {other}. Si es el tuyo, dale el nombre double.py."


def test_a_full_score_is_said_and_what_is_next(exercise: Exercise) -> None:
    """With our solution where there is one; nothing of it after some of the checks."""
    done = attempt(("passed", "visible", []), outcome="passed")
    going_on = "Next: 90 · Twice as much. Edit exercises/90_double/double.py and run: kata watch 90"
    ours = "Our solution beside yours: kata solution 90"
    assert said(done, exercise) == ["✔ Every check passes.", ours, going_on]
    assert said(done, exercise, "es")[:2] == [
        "✔ Pasan todas las comprobaciones.", "Nuestra solución junto a la tuya: kata solution 90",
    ]  # fmt: skip
    assert said(done, dataclasses.replace(exercise, solutions=None)) == ["✔ Every check passes.", going_on]
    assert said(done, exercise, whole=False) == []
    (exercise.folder.parent.parent / "progress.txt").write_text("2026-01-01 90_double 20/20\n")
    assert said(done, exercise)[-1] == "Every exercise is passed."


def test_a_sign_of_life_comes_when_it_takes_long_and_not_before() -> None:
    came: list[Any] = []
    with saying_if_slow("still at it", came.append, seconds=3600.0):
        pass
    assert came == []
    there = threading.Event()
    with saying_if_slow("still at it", lambda text: (came.append(text), there.set()), seconds=0.0):
        assert there.wait(60)
    assert came == ["still at it"]
