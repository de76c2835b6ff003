"""`nbgrader export` with our plugin: what is written can be read back, and says what nbgrader's own cannot."""

from __future__ import annotations

import csv
import datetime
from typing import Any

from tests.nbgrader.classroom import Classroom

IDS = ("kata-90-1", "kata-90-2", "kata-90-3")


def fill(room: Classroom) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{room.folder}/gradebook.db") as gradebook:
        gradebook.update_or_create_student(
            "00123", last_name='Doe, Jr. "JD"', first_name="=1+1", email="doe@example.org"
        )
        gradebook.update_or_create_student("never")
        gradebook.update_or_create_student("waits", last_name="Núñez\nde la O")
        when = datetime.datetime(2026, 11, 23, 4, 0)
        for student, scores in (("00123", (8.0, 0.1, 1 / 3)), ("waits", (8.0, None, 0.0))):
            gradebook.update_or_create_submission("ps1", student, timestamp=when)
            for id, score in zip(IDS, scores, strict=True):
                grade = gradebook.find_grade(id, "90_double", "ps1", student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
        gradebook.find_submission_notebook("90_double", "ps1", "waits").late_submission_penalty = 1.5
        gradebook.db.commit()


def rows(room: Classroom, *options: str) -> list[dict[str, Any]]:
    room.run("nbgrader", "export", "--to", "out.csv", *options)
    with (room.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_student_has_a_row_that_can_be_read_back(room: Classroom) -> None:
    """A comma, quotes, a line break and a formula in a name; nothing handed in; something that waits for a person."""
    fill(room)
    found = {row["student_id"]: row for row in rows(room)}
    assert list(found) == ["00123", "never", "waits"]
    full = found["00123"]
    assert (full["last_name"], full["first_name"]) == ('Doe, Jr. "JD"', "'=1+1")
    assert float(full["score"]) == 8.0 + 0.1 + 1 / 3
    assert (full["max_score"], full["timestamp"], full["needs_manual_grade"]) == (
        "20.0",
        "2026-11-23 04:00:00",
        "false",
    )
    assert (found["never"]["score"], found["never"]["raw_score"], found["never"]["needs_manual_grade"]) == ("", "", "")
    waits = found["waits"]
    assert (waits["raw_score"], waits["late_submission_penalty"], waits["score"]) == ("8.0", "1.5", "6.5")
    assert (waits["needs_manual_grade"], waits["last_name"]) == ("true", "Núñez\ufffdde la O")
    assert [row["student_id"] for row in rows(room, "--student", '["00123"]')] == ["00123"]
