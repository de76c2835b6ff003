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
    """The rows in the order of student and exercise. A broken attempt's score is an empty cell.

    The same class with the same seed gives the same bytes, on a busy machine too: `seconds` counts the time of checks
    that ran into their deadline, in whole tens (what each check took is in results/).
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row for _, row in sorted(((one.student, one.exercise), _row(one)) for one in attempts))
    return text.getvalue()


def _row(attempt: Attempt) -> list[str]:
    passed = attempt.count("passed")
    waited = sum(check.seconds for check in attempt.checks if check.outcome == "timeout")
    return [
        safe(attempt.student),
        attempt.exercise,
        "" if attempt.score is None else f"{attempt.score:g}",
        f"{attempt.max_score:g}",
        attempt.outcome,
        str(passed),
        str(len(attempt.checks) - passed),
        str(int(waited // 10 * 10)),
    ]


def safe(student: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = printable(student)
    return "'" + shown if shown.startswith(FORMULA) else shown


def write(attempts: Iterable[Attempt], folder: Path) -> Path:
    place = folder / "scores.csv"
    put(place, as_csv(attempts))
    return place
