"""A notebook of ours as plain JSON: its cells, their ids, what nbgrader is told of them. Knows no nbgrader."""

from __future__ import annotations

import re
from typing import Any

from grader.model import Check, Exercise

ANSWER = re.compile(r"kata-(\d\d)-answer")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
Cell = dict[str, Any]


def answer_id(exercise: Exercise) -> str:
    return f"kata-{exercise.number}-answer"


def grade_id(check_id: str) -> str:
    """nbgrader's pattern for ids has no dot: `03.2b` is `kata-03-2b`."""
    return "kata-" + re.sub(r"[^A-Za-z0-9_-]", "-", check_id)


def number_in(grade_ids: list[str]) -> str | None:
    """The number of the exercise whose answer cell is among these ids."""
    return next((match[1] for id in grade_ids if (match := ANSWER.fullmatch(id))), None)


def given(text: str, id: str, cell_type: str) -> Cell:
    """A cell that learners read or run and cannot change."""
    return _cell(text, id, cell_type, locked=True)


def answer(text: str, exercise: Exercise) -> Cell:
    """The one cell that is graded. Its first line is how `check` finds it among the cells that were run."""
    return _cell(f"{mark(exercise)}\n{text}", answer_id(exercise), "code", solution=True)


def mark(exercise: Exercise) -> str:
    return f"# kata {exercise.number}"


def test(check: Check) -> Cell:
    """One call, of a hidden check too: nothing of a check is in a notebook but its id and its points."""
    return _cell(f'kata_check("{check.id}")', grade_id(check.id), "code", grade=True, locked=True, points=check.points)


def notebook(cells: list[Cell]) -> dict[str, Any]:
    return {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}


def _cell(source: str, id: str, cell_type: str, **marks: Any) -> Cell:
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    facts = {"schema_version": 3, "grade_id": id, "cell_type": cell_type, **flags, **marks}
    cell = {"cell_type": cell_type, "id": id, "metadata": {"nbgrader": facts}, "source": source.rstrip("\n")}
    return cell | ({"outputs": [], "execution_count": None} if cell_type == "code" else {})
