"""scores.csv: one row per student and exercise, missing ones too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from grader.model import Attempt
from grader.reports.json_report import printable, put

COLUMNS = ("student", "exercise", "score", "max_score", "outcome", "passed", "failed", "seconds")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(attempts: Iterable[Attempt]) -> str:
    """The rows in the order of student and exercise. A broken attempt's score is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for attempt in sorted(attempts, key=lambda one: (one.student, one.exercise)):
        passed = attempt.count("passed")
        score = "" if attempt.score is None else f"{attempt.score:g}"
        writer.writerow(
            [
                safe(attempt.student), attempt.exercise, score, f"{attempt.max_score:g}", attempt.outcome,
                passed, len(attempt.checks) - passed, f"{attempt.seconds:.3f}",
            ]
        )  # fmt: skip
    return text.getvalue()


def safe(student: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = printable(student)
    return "'" + shown if shown.startswith(FORMULA) else shown


def write(attempts: Iterable[Attempt], folder: Path) -> Path:
    place = folder / "scores.csv"
    put(place, as_csv(attempts))
    return place
