"""A class in the terminal: a progress bar while it is graded (plain lines elsewhere), then a table and the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.locale import say
from grader.model import OUTCOMES, Attempt
from grader.reports.json_report import printable

T = TypeVar("T")
COLOURS = {"passed": "green", "failed": "yellow", "not_attempted": "dim", "broken": "bold magenta"}


def progress(items: Iterable[T], total: int) -> Iterator[T]:
    """The items as they come, with a bar on a terminal and a line for every tenth elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn(say("grading")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            yield from bar.track(items, total=total)
        return
    for done, item in enumerate(items, 1):
        if done == total or done % max(1, total // 10) == 0:
            console.print(f"{say('grading')}: {done}/{total}", highlight=False)
        yield item


def print_class(attempts: list[Attempt], folder: Path) -> None:
    """A row per student, a column per exercise; then the misconceptions, and worst news last."""
    console = Console()
    exercises = sorted({attempt.exercise for attempt in attempts})
    cells = {(attempt.student, attempt.exercise): _cell(attempt) for attempt in attempts}
    table = Table(box=None, pad_edge=False)
    table.add_column(say("student"), overflow="fold")
    for exercise in exercises:
        table.add_column(exercise, justify="right")
    for student in sorted({attempt.student for attempt in attempts}):
        table.add_row(Text(printable(student)), *(cells.get((student, exercise), Text()) for exercise in exercises))
    console.print(table)
    _print_misconceptions(attempts, console)
    outcomes = Counter(attempt.outcome for attempt in attempts)
    counts = ", ".join(f"{outcomes[name]} {say('outcome_' + name)}" for name in reversed(OUTCOMES) if outcomes[name])
    console.print(say("grade_done", count=len(attempts), outcomes=counts), soft_wrap=True, highlight=False)
    console.print(say("grade_place", scores=folder / "scores.csv", results=folder / "results"), soft_wrap=True)
    if outcomes["broken"]:
        console.print(say("grade_broken", count=outcomes["broken"]), style="bold magenta")


def _cell(attempt: Attempt) -> Text:
    if attempt.outcome == "missing":
        return Text("-", "dim")
    score = "!" if attempt.score is None else f"{attempt.score:.4g}"
    if attempt.outcome not in ("passed", "failed", "broken"):
        score += f" {say('outcome_' + attempt.outcome)}"
    return Text(score, COLOURS.get(attempt.outcome, "red"))


def _print_misconceptions(attempts: list[Attempt], console: Console) -> None:
    names = Counter(
        (attempt.exercise, name)
        for attempt in attempts
        for name in {check.misconceptions[0] for check in attempt.checks if check.misconceptions}
    )
    for (exercise, name), count in sorted(names.items(), key=lambda one: (-one[1], one[0])):
        console.print(f"  {count} × {exercise} {name}", highlight=False)
