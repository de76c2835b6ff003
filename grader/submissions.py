"""Finds what students handed in and reads it without trust: regular files of bounded size, links never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import BadSubmission
from grader.locale import say
from grader.model import Exercise

MAIN_BYTES, OTHER_BYTES, OTHER_FILES, DEPTH, NAME_LENGTH = 1 << 20, 8 << 20, 200, 3, 100
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "venv"}


@dataclass(frozen=True)
class HandIn:
    """One student's file for one exercise. `path` is None where there is no such file."""

    student: str
    exercise: Exercise
    path: Path | None


def find(folder: Path, exercises: list[Exercise]) -> list[HandIn]:
    """Every student with every exercise, in the layouts <student>/<NN_slug>/<slug>.py, <student>/<slug>.py and, in a
    clone, <student>/exercises/<NN_slug>/<slug>.py. Raises BadSubmission if `folder` holds no student."""
    if not folder.is_dir():
        raise BadSubmission(say("not_a_class", folder=folder))
    students = sorted(
        entry.name for entry in os.scandir(folder) if _is_folder(entry) and not entry.name.startswith(".")
    )
    if not students:
        raise BadSubmission(say("empty_class", folder=folder))
    return [
        HandIn(student, exercise, _locate(folder / student, exercise)) for student in students for exercise in exercises
    ]


def handed_in(hand_ins: list[HandIn]) -> set[str]:
    """Names of the exercises that somebody handed in."""
    return {hand_in.exercise.name for hand_in in hand_ins if hand_in.path is not None}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _locate(home: Path, exercise: Exercise) -> Path | None:
    places = [home / exercise.name, home / "exercises" / exercise.name, home]
    return next((place / exercise.file_name for place in places if os.path.lexists(place / exercise.file_name)), None)


def read(path: Path, exercise: Exercise) -> dict[str, bytes]:
    """The submission's files by relative name: the file itself and what lies beside it (helpers, data).

    A file of another name than the exercise's is taken alone. Raises BadSubmission if the file itself cannot be taken.
    """
    main = _read(path, MAIN_BYTES)
    if main is None:
        raise BadSubmission(say("not_a_file", file=path.name, size=MAIN_BYTES >> 20))
    files = {exercise.file_name: main}
    if path.name != exercise.file_name:
        return files
    given = {"exercise.toml", "scenarios.py", "references.py", f"test_{exercise.slug}.py", *exercise.support}
    left = OTHER_BYTES
    for name in _beside(path.parent):
        if len(files) > OTHER_FILES or left <= 0:
            break
        is_ours = name in given or name.startswith("README") or name == exercise.file_name
        content = None if is_ours else _read(path.parent / name, left)
        if content is not None:
            files[name] = content
            left -= len(content)
    return files


def _beside(folder: Path) -> Iterator[str]:
    """Relative names of the files in a folder, a few levels deep, in a fixed order; odd names are left out."""
    for place, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(f for f in folders if depth + 1 < DEPTH and _is_plain(f) and f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if _is_plain(name):
                yield str((Path(place) / name).relative_to(folder))


def _is_plain(name: str) -> bool:
    return (
        name.isprintable()
        and len(name) <= NAME_LENGTH
        and name[0] not in "-.="
        and not set(name) & set("\"'`$\\|<>*?;&")
    )


def _read(path: Path, limit: int) -> bytes | None:
    """A regular file's content; None for links, devices, pipes and what is too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
            return None
        with os.fdopen(os.dup(descriptor), "rb") as file:
            content = file.read(limit + 1)
    finally:
        os.close(descriptor)
    return content if len(content) <= limit else None
