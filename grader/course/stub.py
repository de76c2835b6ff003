"""Cuts the stub out of the answer: each BEGIN/END SOLUTION region becomes a NotImplementedError that names its task."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from grader.errors import BadExercise, KataError
from grader.locale import say
from grader.model import Exercise

BEGIN = re.compile(r"(?P<indent>[ \t]*)# BEGIN SOLUTION(?: (?P<task>.*\S))?\s*")
END = re.compile(r"[ \t]*# END SOLUTION\s*")
NOTHING = "-"  # a region that leaves nothing in the stub


def cut(exercise: Exercise) -> str:
    """The stub's text. Raises BadExercise if the marks do not pair up or a region names no task."""
    if exercise.solutions is None:
        raise BadExercise(f"{exercise.name}: there is no folder solutions/{exercise.name} to cut the stub from")
    answer = exercise.solutions / exercise.file_name
    try:
        lines = answer.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as unread:
        raise BadExercise(f"{answer}: {unread}") from None
    return without_solution(lines, str(answer))


def without_solution(lines: list[str], name: str) -> str:
    """The answer's lines with each region replaced. Raises BadExercise, which calls the text `name`."""
    stub: list[str] = []
    inside = False
    for number, line in enumerate(lines, 1):
        if begin := BEGIN.fullmatch(line):
            if inside or not begin["task"]:
                problem = "BEGIN SOLUTION inside a region or without a task; write the task after it"
                raise BadExercise(f"{name}:{number}: {problem}")
            inside = True
            if begin["task"] != NOTHING:
                stub.append(f"{begin['indent']}raise NotImplementedError({_quoted(begin['task'])})")
        elif END.fullmatch(line):
            if not inside:
                raise BadExercise(f"{name}:{number}: END SOLUTION without a BEGIN")
            inside = False
        elif not inside:
            stub.append(line)
    if inside:
        raise BadExercise(f"{name}: a BEGIN SOLUTION has no END")
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(stub).rstrip("\n") + "\n")


def original(exercise: Exercise) -> str:
    """The stub as it was given out: cut anew where the answer is here, else the copy that a release keeps."""
    kept = exercise.folder / ".original" / exercise.file_name
    if exercise.solutions is not None:
        return cut(exercise)
    if kept.is_file():
        return kept.read_text("utf-8")
    raise KataError(say("no_original", file=exercise.file_name))


def backup_name(exercise: Exercise, now: datetime) -> str:
    return f"{exercise.slug}.{now:%Y%m%d-%H%M%S}.backup"


def is_original(exercise: Exercise) -> bool:
    """Raises KataError where a folder stands in the file's place, or nobody knows the original."""
    if exercise.stub.is_dir():
        raise KataError(say("reset_folder", file=exercise.file_name))
    return _holds(exercise.stub, original(exercise))


def put_back(exercise: Exercise, backup: str) -> bool:
    """The original in the place of the learner's file, which is kept under that name; says whether there was one.
    Raises KataError where it cannot be written; the file is then as it was."""
    text = original(exercise)
    kept = exercise.stub.is_file()
    try:
        if kept:
            exercise.stub.with_name(backup).write_bytes(exercise.stub.read_bytes())
        write(exercise, text)
    except OSError as problem:
        raise KataError(say("reset_unwritten", file=exercise.file_name, problem=problem.strerror or problem)) from None
    return kept


def _quoted(task: str) -> str:
    return '"' + task.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _holds(file: Path, text: str) -> bool:
    """Is that its text, whatever ends its lines? Git on Windows writes others."""
    return file.is_file() and file.read_bytes().replace(b"\r\n", b"\n") == text.encode()


def write(exercise: Exercise, text: str) -> bool:
    """Put the stub in its place; says whether it changed."""
    if _holds(exercise.stub, text):
        return False
    half = exercise.stub.with_suffix(".half")
    half.write_bytes(text.encode())
    os.replace(half, exercise.stub)
    return True
