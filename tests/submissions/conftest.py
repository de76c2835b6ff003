"""Two exercises, and a class that is looked into."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions import find
from tests.submissions.making import Files


@pytest.fixture(scope="session")
def other(toy: Exercise) -> Exercise:
    return dataclasses.replace(toy, number="91", slug="triple")


@dataclass
class Seen:
    """What a class holds: `files` by student (of exercise 90) and `refused`, the reasons; who has nothing is in neither."""

    files: dict[str, Files] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    nothing: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def code(self) -> dict[str, bytes]:
        return {student: files["double.py"] for student, files in self.files.items()}


See = Callable[..., Seen]


@pytest.fixture
def see(toy: Exercise, other: Exercise) -> See:
    """Finds in a folder or archive and reads everything, as another process would: what was found is pickled first."""

    def look(path: Path, exercises: list[Exercise] | None = None, ignore: Path | None = None) -> Seen:
        found = find(path, exercises or [toy, other], ignore)
        seen = Seen(notices=found.notices)
        for hand_in in found.hand_ins:
            if hand_in.exercise.number == "90":
                assert len(pickle.dumps(hand_in.origin)) < 2000
                try:
                    if hand_in.origin is None:
                        seen.nothing.append(hand_in.student)
                    else:
                        seen.files[hand_in.student] = pickle.loads(pickle.dumps(hand_in)).read()  # noqa: S301 - our own
                except BadSubmission as problem:
                    seen.refused[hand_in.student] = str(problem)
        return seen

    return look
