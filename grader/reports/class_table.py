"""A class in the terminal: a progress bar while it is graded (plain lines elsewhere), then a table and the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console, Group
from rich.measure import Measurement
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
NAME_WIDTH = 12  # at least, of the column with the students; longer names are folded
GAP = 2  # between columns
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
    """Several tables where the terminal is narrow, for rich leaves out without a word the columns that do not fit."""
    shown = {student: cells[student] for student in sorted(cells)[:MOST_ROWS]}
    sizes = {
        exercise: Measurement.get(
            console, console.options, Group(*(row.get(exercise, Text()) for row in shown.values()))
        )
        for exercise in sorted({exercise for row in cells.values() for exercise in row})
    }
    room = console.width - NAME_WIDTH
    widths = {exercise: max(size.maximum, len(_short(exercise))) for exercise, size in sizes.items()}
    if sum(widths.values()) + GAP * len(widths) > room:  # then cells are broken between words
        widths = {exercise: max(size.minimum, len(_short(exercise))) for exercise, size in sizes.items()}
    for place, some in enumerate(_that_fit(widths, room)):
        if place:
            console.print()
        least = NAME_WIDTH + GAP + min(some.values())  # of a table; a terminal that is narrower breaks its lines
        console.print(_scores(shown, some), width=max(console.width, least), crop=False)
    if len(cells) > MOST_ROWS:
        console.print(say("grade_more", count=len(cells) - MOST_ROWS))


def _that_fit(widths: dict[str, int], room: int) -> Iterator[dict[str, int]]:
    """The exercises in order, as many at a time as the room allows, and at least one."""
    some: dict[str, int] = {}
    for exercise, width in widths.items():
        if some and sum(some.values()) + width + GAP * (len(some) + 1) > room:
            yield some
            some = {}
        some[exercise] = width
    if some:
        yield some


def _scores(cells: dict[str, dict[str, Text]], widths: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column(say("student"), overflow="fold", min_width=NAME_WIDTH)
    for exercise, width in widths.items():
        table.add_column(_short(exercise), justify="right", width=width)
    for student, row in cells.items():
        table.add_row(Text(printable(student)), *(row.get(exercise, Text()) for exercise in widths))
    return table


def _short(exercise: str) -> str:
    return exercise.partition("_")[0]


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
