"""A class in the terminal: a progress bar while it is graded (plain lines elsewhere), then a table and the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from grader.locale import say
from grader.model import OUTCOMES, Attempt, CheckResult
from grader.reports.json_report import printable
from grader.reports.moved import Move
from grader.reports.text import number, to_read

T = TypeVar("T")
MOST_ROWS = 60  # of a table in a terminal
COLOURS = {"passed": "green", "failed": "yellow", "not_attempted": "dim", "broken": "bold magenta"}


def progress(items: Iterable[T], total: int) -> Iterator[T]:
    """The items as they come, with a bar on a terminal and a line for every tenth elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        rate = _Rate()
        columns = (TextColumn(say("grading")), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            yield from bar.track(items, total=total)
        return
    for done, item in enumerate(items, 1):
        if done == total or done % max(1, total // 10) == 0:
            console.print(f"{say('grading')}: {done}/{total}", highlight=False)
        yield item


class _Rate(ProgressColumn):
    """Results per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def print_class(attempts: Iterable[Attempt], folder: Path) -> None:
    """A row per student, a column per exercise; then the misconceptions, and worst news last."""
    console = Console()
    cells: dict[str, dict[str, Text]] = {}
    outcomes: Counter[str] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    for attempt in attempts:
        cells.setdefault(attempt.student, {})[attempt.exercise] = _cell(attempt)
        outcomes[attempt.outcome] += 1
        names.update((attempt.exercise, check.misconceptions[0]) for check in _with_new_name(attempt))
    _print_scores(cells, console)
    for (exercise, name), count in sorted(names.items(), key=lambda one: (-one[1], one[0])):
        console.print(f"  {count} × {exercise} {name}", highlight=False)
    counts = ", ".join(f"{outcomes[name]} {say('outcome_' + name)}" for name in reversed(OUTCOMES) if outcomes[name])
    console.print(say("grade_done", count=outcomes.total(), outcomes=counts), soft_wrap=True, highlight=False)
    report, scores, results = (folder / name for name in ("report/index.html", "scores.csv", "results"))
    console.print(say("grade_place", report=report, scores=scores, results=results), soft_wrap=True)
    if outcomes["broken"]:
        console.print(say("grade_broken", count=outcomes["broken"]), style="bold magenta")


def _print_scores(cells: dict[str, dict[str, Text]], console: Console) -> None:
    exercises = sorted({exercise for row in cells.values() for exercise in row})
    table = Table(box=None, pad_edge=False)
    table.add_column(say("student"), overflow="fold", min_width=12)
    for exercise in exercises:
        table.add_column(exercise.partition("_")[0], justify="right")
    for student in sorted(cells)[:MOST_ROWS]:
        table.add_row(Text(printable(student)), *(cells[student].get(exercise, Text()) for exercise in exercises))
    console.print(table)
    if len(cells) > MOST_ROWS:
        console.print(say("grade_more", count=len(cells) - MOST_ROWS))


def _with_new_name(attempt: Attempt) -> list[CheckResult]:
    """For each misconception that the attempt shows, one of its checks."""
    return list({check.misconceptions[0]: check for check in attempt.checks if check.misconceptions}.values())


def print_moves(moves: list[Move], place: Path) -> None:
    """The scores that a regrade moved, and by which checks."""
    console = Console()
    for move in moves[:MOST_ROWS]:
        old, new = (_number(score, outcome) for score, outcome in (
            (move.old_score, move.old_outcome), (move.new_score, move.new_outcome)))  # fmt: skip
        line = f"{printable(move.student)}  {move.exercise}  {old} > {new}  ({'; '.join(move.checks)})"
        console.print(Text(line), soft_wrap=True)
    console.print(say("grade_moved", count=len(moves), place=place), soft_wrap=True, highlight=False)


def _number(score: float | None, outcome: str) -> str:
    return outcome or "-" if score is None else number(score, 2)


def _cell(attempt: Attempt) -> Text:
    if attempt.outcome == "missing":
        return Text("-", "dim")
    score = "!" if attempt.score is None else to_read(attempt.score, attempt.max_score)
    if attempt.outcome not in ("passed", "failed", "broken"):
        score += f" {say('outcome_' + attempt.outcome)}"
    return Text(score, COLOURS.get(attempt.outcome, "red"))
