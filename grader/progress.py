"""A learner's own progress: a line for each better score and each hint taken, in `progress.txt` of the course's folder.

Lines are only ever added, and neither their order nor repetitions mean anything, so that git can keep the lines of two
branches (`merge=union`) and two programs can write at once. What is no such line, a conflict's marks included, is
passed over. It is the learner's file: nobody grades from it, and what cannot be written is not worth an error.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from grader import catalog
from grader.locale import say
from grader.model import Attempt, Exercise

FILE = "progress.txt"
HEADER = "# Your best scores and the hints you took. Commit it if you like; in a merge keep the lines of both.\n"
LINE = re.compile(
    r"(\d{4}-\d\d-\d\d) (\d\d_[a-z][a-z0-9_]*) "
    r"(?:(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)|hint (\d\d?)(?: ([a-z][a-z0-9_]*))?)"
)
LARGEST = 1 << 20  # bytes that are read
SIGNS = {"passed": "✔", "begun": "~", "untouched": " "}


@dataclass(frozen=True)
class Standing:
    """How far an exercise is. `passed`: the day of the first full score, "" before it.

    `hints`: the last level taken of the hints about each mistake, and under "" of those about none.
    """

    score: float = 0.0
    of: float = 0.0
    passed: str = ""
    hints: dict[str, int] = field(default_factory=dict)

    @property
    def hint(self) -> int:
        """The last hint taken, whatever it was about."""
        return max(self.hints.values(), default=0)

    @property
    def share(self) -> float:
        return self.score / self.of if self.of else 0.0


def read(root: Path) -> dict[str, Standing]:
    """The standing of each exercise that has one, whatever else is in the file."""
    standings: dict[str, Standing] = {}
    for line in _text(root / FILE).splitlines():
        found = LINE.fullmatch(line.strip())
        if found is None:
            continue
        day, name, score, of, hint, about = found.groups()
        known = standings.get(name, Standing())
        if hint:
            standings[name] = replace(known, hints=_further(known.hints, about or "", int(hint)))
        elif 0 < float(score) <= float(of):
            standings[name] = _better(known, Standing(float(score), float(of), day if score == of else ""))
    return standings


def _better(known: Standing, new: Standing) -> Standing:
    best = new if new.share > known.share else known
    passed = min(filter(None, (known.passed, new.passed)), default="")
    return Standing(best.score, best.of, passed, known.hints)


def _further(hints: dict[str, int], about: str, level: int) -> dict[str, int]:
    return hints | {about: max(level, hints.get(about, 0))}


def record_attempt(exercise: Exercise, attempt: Attempt, today: date | None = None) -> None:
    """A better score than before, of an attempt at the learner's own file that ran every check."""
    known = read(_root(exercise)).get(exercise.name, Standing())
    if attempt.score and attempt.score / attempt.max_score > known.share:
        _add(_root(exercise), f"{_day(today)} {exercise.name} {attempt.score:g}/{attempt.max_score:g}")


def record_hint(exercise: Exercise, level: int, misconception: str = "", today: date | None = None) -> None:
    """A hint that goes further than those taken before about the same mistake ("": about none)."""
    if level > read(_root(exercise)).get(exercise.name, Standing()).hints.get(misconception, 0):
        _add(_root(exercise), f"{_day(today)} {exercise.name} hint {level} {misconception}".rstrip())


def sign(exercise: Exercise, standing: Standing) -> str:
    """Passed, begun or untouched, at a glance and without colour."""
    begun = standing.share or catalog.is_begun(exercise)
    return SIGNS["passed" if standing.passed else "begun" if begun else "untouched"]


def in_words(exercise: Exercise, standing: Standing, language: str) -> str:
    if standing.passed:
        return say("state_passed", language, day=standing.passed)
    if standing.share:
        return say("points", language, score=f"{standing.score:g}/{standing.of:g}")
    return say("state_begun" if catalog.is_begun(exercise) else "state_untouched", language)


def what_next(exercises: Sequence[Exercise], standings: dict[str, Standing], here: str = "") -> Exercise | None:
    """The one that somebody is at if it is not passed yet, else the first that is not; None when all are passed."""
    left = [exercise for exercise in exercises if not standings.get(exercise.name, Standing()).passed]
    return next((exercise for exercise in left if exercise.name == here), left[0] if left else None)


def _root(exercise: Exercise) -> Path:
    return exercise.folder.parent.parent


def _day(today: date | None) -> str:
    return (today or date.today()).isoformat()


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as opened:
            return opened.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _add(root: Path, line: str) -> None:
    """One write at the file's end: another program's lines stay whole."""
    file = root / FILE
    with contextlib.suppress(OSError):
        if file.exists() and not file.is_file():
            return
        before = _text(file)
        lead = HEADER if not before else "" if before.endswith("\n") else "\n"
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(descriptor, f"{lead}{line}\n".encode())
        finally:
            os.close(descriptor)
