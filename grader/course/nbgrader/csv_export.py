"""`nbgrader export` as CSV that can be read back: quoted, and with what nbgrader's own leaves out.

A row per student and assignment. Where nothing was handed in, or something waits for a person, that can be seen:
nbgrader's own writes 0.0 for both.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from grader.reports.csv_report import FORMULA, safe
from grader.reports.json_report import printable, put

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "needs_manual_grade",
)  # fmt: skip


class CsvExport(ExportPlugin):
    """The columns of nbgrader's own, and `needs_manual_grade`. An id is written as it is; names are made harmless."""

    def export(self, gradebook: Any) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for assignment in _chosen(gradebook.assignments, self.assignment, lambda one: one.name):
            for student in _chosen(gradebook.students, self.student, lambda one: one.id):
                if student.id.startswith(FORMULA):
                    self.log.warning("A spreadsheet takes this student's id for a formula: %r", student.id)
                writer.writerow(_row(gradebook, assignment, student))
        place = Path(self.to or "grades.csv")
        put(place, text.getvalue())
        self.log.info("Exported grades to %s", place)


def _chosen(every: Any, names: list[Any], name_of: Any) -> list[Any]:
    """Those that --assignment and --student name; a bare number there is one to nbgrader, and a name to us."""
    wanted = {str(name) for name in names}
    return sorted((one for one in every if not wanted or name_of(one) in wanted), key=name_of)


def _row(gradebook: Any, assignment: Any, student: Any) -> list[str]:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        submission = None
    penalty = float(submission.late_submission_penalty or 0) if submission else None
    raw = float(submission.score) if submission else None
    score = None if raw is None or penalty is None else max(0.0, raw - penalty)
    return [
        safe(assignment.name),
        _text(assignment.duedate),
        _text(submission.timestamp if submission else None),
        printable(student.id),
        *(safe(text or "") for text in (student.last_name, student.first_name, student.email)),
        _number(raw),
        _number(penalty),
        _number(score),
        _number(float(assignment.max_score)),
        "" if submission is None else str(bool(submission.needs_manual_grade)).lower(),
    ]


def _text(value: Any) -> str:
    return "" if value is None else printable(str(value))


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
