"""A file for Moodle's grade import: grade and feedback together. An empty cell would clear a grade: no such row."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model import Attempt
from grader.reports.gradebook import Gradebook, Roster, Row, cell, human, is_formula, table
from grader.reports.text import MESSAGE_LIMIT, message, number, one_line, out_of, slug

# Our column, and what Moodle calls it in its own exports (English, Spanish), compared without case.
NAMES = {
    "username": ("username", "nombre de usuario"),
    "idnumber": ("idnumber", "id number", "número de id", "número id"),
    "email": ("email", "email address", "correo", "correo electrónico", "dirección de correo"),
}


def write(attempts: Iterable[Attempt], language: str, roster: Roster | None = None) -> Gradebook:
    """Of one exercise."""
    book, rows, name = Gradebook(""), {}, ""
    for attempt in attempts:
        name = slug(attempt)
        row = _find(roster, attempt.student) if roster else {"username": attempt.student}
        if attempt.score is None:
            book.broken.append(attempt.student)
        elif row is None:
            book.unknown.append(attempt.student)
        else:
            ids = [cell(row.get(column, "")) for column in NAMES]
            if any(is_formula(text) for text in ids):
                book.formulas.append(attempt.student)
            rows[attempt.student] = [*ids, number(attempt.score), feedback(attempt, language)]
    book.text = table([*NAMES, name, f"{name} feedback"], rows)
    return book


def feedback(attempt: Attempt, language: str) -> str:
    """One line: each check that did not pass, with its message."""
    said = [
        f"{check.id} ({out_of(check.score, check.max_score)}): {one_line(message(check, language), 500)}"
        for check in attempt.checks
        if check.outcome != "passed"
    ]
    return human(one_line(" · ".join(said), MESSAGE_LIMIT))


def _find(roster: Roster, student: str) -> Row | None:
    theirs = columns(roster)
    row = roster.find(student, theirs.values())
    return row and {ours: row[name] for ours, name in theirs.items()}


def columns(roster: Roster) -> dict[str, str]:
    """Our name of a column -> the roster's."""
    return {
        ours: name for ours, known in NAMES.items() for name in roster.columns if name.casefold() in known
    }  # fmt: skip
