"""results/<student>/<NN_slug>.json: one attempt, whole. The schema is attempt.schema.json beside this file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from grader.locale import language
from grader.model import SCHEMA_VERSION, Attempt, CheckResult, Exercise

LONGEST_NAME = 200  # bytes; file systems take 255


def as_json(attempt: Attempt, exercise: Exercise) -> dict[str, Any]:
    """The attempt as plain JSON values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "student": printable(attempt.student),
        "exercise": attempt.exercise,
        "outcome": attempt.outcome,
        "score": attempt.score,
        "max_score": attempt.max_score,
        "seconds": attempt.seconds,
        "seed": attempt.seed,
        "grader_version": attempt.grader_version,
        "versions": attempt.versions,
        "submission_sha256": attempt.submission_sha256,
        "fence": attempt.fence,
        "checks": [_check(check, exercise) for check in attempt.checks],
    }


def _check(check: CheckResult, exercise: Exercise) -> dict[str, Any]:
    said = language()
    known = exercise.misconceptions.get(check.misconceptions[0]) if check.misconceptions else None
    misconception = known and {"id": known.id, "title": known.title[said], "explanation": known.explanation[said]}
    return {
        "id": check.id,
        "title": check.title[said],
        "visibility": check.visibility,
        "outcome": check.outcome,
        "score": check.score,
        "max_score": check.max_score,
        "message": check.messages[said],
        "messages": check.messages,
        "misconception": misconception,
        "misconceptions": check.misconceptions,
        "hint": check.hint,
        "seconds": check.seconds,
    }


def printable(text: str) -> str:
    """Names as they may stand in a report: what cannot be encoded or shown is replaced."""
    return "".join(c if c.isprintable() and not 0xD800 <= ord(c) < 0xE000 else "\ufffd" for c in text)


def write(attempt: Attempt, exercise: Exercise, folder: Path) -> Path:
    """Write the attempt under `folder`, at once or not at all."""
    file = place(attempt.student, attempt.exercise, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_json(attempt, exercise), ensure_ascii=True, allow_nan=False, indent=1) + "\n"
    put(file, text, durable=False)  # the ledger has it
    return file


def place(student: str, exercise: str, folder: Path) -> Path:
    return folder / "results" / file_name(student) / f"{exercise}.json"


def put(place: Path, text: str, durable: bool = True) -> None:
    """Replace a file atomically. `durable`: it survives a power cut."""
    half = place.with_name(place.name + ".half")
    with open(half, "w", encoding="utf-8") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(half, place)


def file_name(student: str) -> str:
    """A student's name as one part of a path; names that cannot stand as they are stay different from each other."""
    name = "".join("_" if c in "/\\\0" or not c.isprintable() or 0xD800 <= ord(c) < 0xE000 else c for c in student)
    if name == student and name.strip(".") and len(name.encode()) <= LONGEST_NAME:
        return name
    kept = name.strip(".").encode()[:LONGEST_NAME].decode("utf-8", "ignore")
    return f"{kept}-{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
