"""A class in the terminal: a progress bar while it is graded (plain lines elsewhere), then a table and where the results are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.locale import say
from grader.model import Attempt
from grader.reports.json_report import printable

T = TypeVar("T")
COLOURS = {"passed": "green", "failed": "yellow", "not_attempted": "dim", "missing": "dim"}


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
    """One row per student and exercise, worst news last: how many could not be graded."""
    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("student", "exercise", "score", "outcome", "recognised_column"):
        table.add_column(say(heading), justify="right" if heading == "score" else "left", overflow="fold")
    for attempt in sorted(attempts, key=lambda one: (one.student, one.exercise)):
        score = "-" if attempt.score is None else f"{attempt.score:g}/{attempt.max_score:g}"
        names = sorted({name for check in attempt.checks for name in check.misconceptions})
        outcome = Text(say("outcome_" + attempt.outcome), COLOURS.get(attempt.outcome, "red"))
        table.add_row(Text(printable(attempt.student)), attempt.exercise, score, outcome, ", ".join(names))
    console.print(table)
    passed = sum(attempt.outcome == "passed" for attempt in attempts)
    place = folder / "scores.csv"
    console.print(say("grade_done", count=len(attempts), passed=passed, other=len(attempts) - passed, place=place), soft_wrap=True)
    if broken := sum(attempt.outcome == "broken" for attempt in attempts):
        console.print(say("grade_broken", count=broken), style="bold magenta")
