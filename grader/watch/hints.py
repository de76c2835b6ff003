"""What the hint key shows. The one place to ask for hints, whatever they come to depend on."""

from __future__ import annotations

from grader.model import Attempt, Exercise


def hint(exercise: Exercise, attempt: Attempt | None, level: int, language: str) -> str:
    """The hint of that level, from 1 on; "" where there is none. `attempt`: the newest, if there is one."""
    return exercise.hints[level - 1][language] if 1 <= level <= len(exercise.hints) else ""
