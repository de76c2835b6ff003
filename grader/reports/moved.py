"""What a regrade moved: every score that is another one than before, and the checks that moved it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import Attempt
from grader.reports.csv_report import safe

COLUMNS = ("student", "exercise", "old_score", "new_score", "old_outcome", "new_outcome", "checks")

Facts = tuple[float | None, str, dict[str, tuple[str, float]]]  # score, outcome, check id -> (outcome, score)


@dataclass(frozen=True)
class Move:
    """One student's exercise that came out otherwise. A side on which it was not graded at all has outcome ""."""

    student: str
    exercise: str
    old_score: float | None
    new_score: float | None
    old_outcome: str
    new_outcome: str
    checks: tuple[str, ...]  # "03.2b failed > passed (0 > 1)"


def moves(old: Iterable[Attempt], new: Iterable[Attempt]) -> list[Move]:
    """Every attempt whose score, outcome or any check differs, by student and exercise."""
    before, after = _facts(old), _facts(new)
    nothing: Facts = (None, "", {})
    found = []
    for key in sorted(before.keys() | after.keys()):
        (old_score, old_outcome, old_checks), (new_score, new_outcome, new_checks) = (
            side.get(key, nothing) for side in (before, after)
        )
        ids = [*old_checks, *(id for id in new_checks if id not in old_checks)]
        checks = tuple(_told(id, old_checks.get(id), new_checks.get(id)) for id in ids
                       if old_checks.get(id) != new_checks.get(id))  # fmt: skip
        if checks or (old_score, old_outcome) != (new_score, new_outcome):
            found.append(Move(*key, old_score, new_score, old_outcome, new_outcome, checks))
    return found


def _facts(attempts: Iterable[Attempt]) -> dict[tuple[str, str], Facts]:
    return {
        (one.student, one.exercise): (
            one.score, one.outcome, {check.id: (check.outcome, check.score) for check in one.checks},
        )
        for one in attempts
    }  # fmt: skip


def _told(id: str, old: tuple[str, float] | None, new: tuple[str, float] | None) -> str:
    (old_outcome, old_score), (new_outcome, new_score) = (side or ("-", 0.0) for side in (old, new))
    return f"{id} {old_outcome} > {new_outcome} ({old_score:g} > {new_score:g})"


def as_csv(found: list[Move]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for move in found:
        scores = ["" if score is None else f"{score:g}" for score in (move.old_score, move.new_score)]
        checks = "; ".join(move.checks)
        writer.writerow([safe(move.student), move.exercise, *scores, move.old_outcome, move.new_outcome, checks])
    return text.getvalue()
