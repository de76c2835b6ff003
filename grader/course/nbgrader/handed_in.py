"""What nbgrader's submitted/<student>/<assignment>/ holds for an exercise, read as `kata grade` reads it."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions import HandIn, Origin
from grader.submissions.choice import choose
from grader.submissions.layouts import Source
from grader.submissions.places import place_of


def hand_in(student: str, folder: Path, notebook: str, exercises: dict[str, Exercise], notices: list[str]) -> HandIn:
    """The notebook of the name that was given out counts, whatever lies beside it. Without it, one that was renamed is
    found by its marks. `exercises`: those of the assignment, by the names of their notebooks."""
    return HandIn(student, exercises[notebook], _origin(student, folder, notebook, exercises, notices))


def _origin(
    student: str, folder: Path, notebook: str, exercises: dict[str, Exercise], notices: list[str]
) -> Origin | None:
    try:
        place = place_of(folder)
        if os.path.lexists(folder / f"{notebook}.ipynb"):
            return Origin(place, (f"{notebook}.ipynb",))
        chosen = choose(student, [Source(folder.name, place)], list(exercises.values()), notices)
    except BadSubmission as problem:
        return Origin(refused=str(problem)) if os.path.lexists(folder) else None
    return chosen.get(exercises[notebook].name)
