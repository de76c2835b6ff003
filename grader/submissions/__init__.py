"""Finds what students handed in and reads it without trust: folders, notebooks, archives (docs/submissions.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions.choice import Origin, choose
from grader.submissions.layouts import people
from grader.submissions.reading import content_of, read

__all__ = ["BadSubmission", "Class", "HandIn", "Origin", "find", "handed_in", "read"]


@dataclass(frozen=True)
class HandIn:
    """One student's hand-in for one exercise. `origin` is None where there is none. It holds no content, and can be
    sent to another process that sees the same disk."""

    student: str
    exercise: Exercise
    origin: Origin | None

    def read(self) -> dict[str, bytes]:
        """Its files by relative name, as they are now. Raises BadSubmission with the reason if they cannot be taken."""
        return content_of(self.origin, self.exercise) if self.origin else {}


@dataclass(frozen=True)
class Class:
    """Every student with every exercise, and a sentence about each thing that was ignored or set aside."""

    hand_ins: list[HandIn]
    notices: list[str]


def find(folder: Path, exercises: list[Exercise], ignore: Path | None = None) -> Class:
    """Look into a class's folder or archive; `ignore` (the folder for the results) is not one of its students.

    Raises BadSubmission if it cannot be opened or holds no student.
    """
    students, notices = people(folder, exercises, ignore)
    hand_ins = []
    for name in sorted(students):
        chosen = choose(name, students[name].sources, exercises, notices)
        hand_ins += [HandIn(name, exercise, chosen.get(exercise.name)) for exercise in exercises]
    return Class(hand_ins, notices)


def handed_in(hand_ins: list[HandIn]) -> set[str]:
    """Names of the exercises to grade if none are named: those that somebody handed in. Where nobody did, all."""
    origins = [(hand_in.exercise.name, hand_in.origin) for hand_in in hand_ins]
    some = {name for name, origin in origins if origin is not None and not origin.whole}
    return some or {name for name, _ in origins}
