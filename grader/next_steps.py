"""What a learner can do next, below the verdict on their own file: the commands that help with what it shows."""

from __future__ import annotations

from grader import catalog, progress
from grader.locale import say
from grader.model import Attempt, CheckResult, Exercise
from grader.reports.terminal import Line, shown_in_full


def next_steps(attempt: Attempt, exercise: Exercise, language: str, whole: bool = True) -> list[Line]:
    """After a full score what is next, after a failure where to look. `whole`: did every check run?"""
    if attempt.outcome == "passed":
        return after_passing(exercise, language) if whole else []
    if attempt.outcome == "missing":
        place = f"exercises/{exercise.name}/{exercise.file_name}"
        steps = [say("next_put_back", language, place=place, number=exercise.number), renamed(exercise, language)]
        return [("  " + step, "") for step in steps if step]
    first = shown_in_full(attempt)
    return [("  " + text, "") for text in _after_failing(first, exercise, language)] if first else []


def renamed(exercise: Exercise, language: str) -> str:
    """Where the learner's file is not in its place: what lies beside it and may be it under another name; else ""."""
    here = sorted(exercise.folder.iterdir()) if not exercise.stub.exists() else []
    names = [file.name for file in here if file.is_file() and file.suffix in (".py", ".txt", "")]
    other = next((name for name in names if name not in exercise.given and not name.startswith(".")), "")
    return say("next_renamed", language, other=other, file=exercise.file_name) if other else ""


def _after_failing(first: CheckResult, exercise: Exercise, language: str) -> list[str]:
    """Of a wrong value; whoever has an error knows its line, and a recognised mistake has its hint in the message."""
    if first.outcome != "failed":
        return []
    steps = []
    if first.visibility == "visible":
        steps.append(say("next_trace", language, number=exercise.number, id=first.id))
    if not first.misconceptions:
        steps.append(say("next_first_hint", language, number=exercise.number))
    return steps


def after_passing(exercise: Exercise, language: str) -> list[Line]:
    """That it is solved, our solution where there is one, and the exercise to go on with."""
    lines: list[Line] = [(say("watch_passed", language), "green")]
    if exercise.solutions is not None:
        lines.append(("  " + say("next_solution", language, number=exercise.number), ""))
    root = exercise.folder.parent.parent
    return [*lines, ("  " + what_is_next(catalog.all_exercises(root), progress.read(root), language), "")]


def what_is_next(exercises: list[Exercise], standings: dict[str, progress.Standing], language: str) -> str:
    """The exercise to go on with, its file and how to begin; or that all of them are passed."""
    up = progress.what_next(exercises, standings)
    if up is None:
        return say("all_passed", language)
    file = f"exercises/{up.name}/{up.file_name}"
    return say("list_next", language, name=f"{up.number} · {up.title[language]}", number=up.number, file=file)
