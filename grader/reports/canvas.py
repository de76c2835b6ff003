"""A gradebook for Canvas to import: one assignment. Who has no publishable score has no row (a blank is a change)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.model import Attempt
from grader.reports.gradebook import Gradebook, Roster, Row, cell, human, is_formula, table
from grader.reports.text import number

STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
PLAIN = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
FOUND_BY = ("SIS Login ID", "SIS User ID", "ID", "Student")
NUMBER = re.compile(r" \(\d+\)$")


def write(attempts: Iterable[Attempt], column: str, roster: Roster | None = None) -> Gradebook:
    """`column`: the assignment's, as the roster has it."""
    columns = [name for name in STUDENT if name in roster.columns] if roster else list(PLAIN)
    book, rows = Gradebook(""), {}
    for attempt in attempts:
        row = roster.find(attempt.student, FOUND_BY) if roster else {"SIS Login ID": attempt.student}
        if attempt.score is None:
            book.broken.append(attempt.student)
        elif row is None:
            book.unknown.append(attempt.student)
        else:
            rows[attempt.student] = [*_cells(row, attempt, columns, book), number(attempt.score)]
    book.text = table([*columns, cell(column)], rows)
    return book


def _cells(row: Row, attempt: Attempt, columns: list[str], book: Gradebook) -> list[str]:
    cells = [
        human(row.get("Student", attempt.student)) if name == "Student" else cell(row.get(name, "")) for name in columns
    ]
    if any(is_formula(text) for text in cells):
        book.formulas.append(attempt.student)
    return cells


def assignment(roster: Roster, exercise: str) -> str | None:
    """The roster's column for an exercise: its name with or without Canvas's number in parentheses."""
    wanted = {exercise.casefold(), exercise.partition("_")[2].casefold()}
    fits = [name for name in roster.columns if NUMBER.sub("", name).casefold() in wanted]
    return fits[0] if len(fits) == 1 else None
