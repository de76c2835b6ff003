"""No mistake of the course leaves a learner with the exercise's hints alone: each has three of its own, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.model import LANGUAGES, Exercise

EXERCISES = catalog.all_exercises(Path(__file__).resolve().parent.parent)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_every_mistake_has_three_hints_of_its_own(exercise: Exercise) -> None:
    assert exercise.misconceptions
    assert [known.id for known in exercise.misconceptions.values() if len(known.hints) != 3] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_every_hint_is_written_in_both_languages(exercise: Exercise) -> None:
    texts = [hint for known in exercise.misconceptions.values() for hint in known.hints]
    assert [text["en"] for text in texts if set(text) != set(LANGUAGES) or not all(map(str.strip, text.values()))] == []
    assert [text["en"] for text in texts if text["en"] == text["es"]] == []
