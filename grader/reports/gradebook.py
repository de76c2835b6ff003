"""What gradebook files have in common: the instructor's own export as a roster, cells, and who is left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.reports.csv_report import FORMULA
from grader.reports.json_report import printable
from grader.reports.text import cut

Row = dict[str, str]
LIMIT = 30_000  # characters of a cell; spreadsheets take 32,767


@dataclass(frozen=True)
class Roster:
    """A gradebook that another system exported: its columns, and a row per student."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def find(self, student: str, columns: Iterable[str]) -> Row | None:
        """The only row that has the name in the first of the columns in which any has it."""
        for column in columns:
            rows = self._index.get((column, student))
            if rows:
                return rows[0] if len(rows) == 1 else None
        return None

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            for place in row.items():
                found.setdefault(place, []).append(row)
        return found


@dataclass
class Gradebook:
    """The file's text, and the students that it leaves out or whose id a spreadsheet would take for a formula."""

    text: str
    broken: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)


def roster(text: str) -> Roster:
    """Raises ValueError if the text is no table."""
    text = text.removeprefix("\ufeff")
    head = "\n".join(text.splitlines()[:3])
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ","))
    except csv.Error as problem:
        raise ValueError(str(problem)) from None
    if not rows or len(rows[0]) < 2:
        raise ValueError("no columns")
    columns = tuple(cell.strip() for cell in rows[0])
    return Roster(columns, tuple(dict(zip(columns, (*row, *[""] * len(columns)), strict=False)) for row in rows[1:]))


def cell(text: str) -> str:
    """An id, or the name of a column: one line, otherwise as it is."""
    return printable(cut(text, LIMIT))


def human(text: str) -> str:
    """A cell for people: no spreadsheet takes it for a formula."""
    shown = printable(cut(text, LIMIT))
    return "'" + shown if shown.startswith(FORMULA) else shown


def is_formula(text: str) -> bool:
    return text.startswith(FORMULA)


def table(columns: Sequence[str], rows: dict[str, list[str]]) -> str:
    """`rows` by student, in whose order they are written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(row for _, row in sorted(rows.items()))
    return text.getvalue()
