"""kata grade SUBMISSIONS --out DIR: a class."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import fence_for, help_of, whole_course
from grader.errors import KataError
from grader.ledger import Ledger
from grader.locale import say
from grader.model import Attempt, Exercise
from grader.sandbox.fences import NONE, Fence
from grader.submissions import HandIn


@click.command("grade", help=help_of("grade", "kata grade submissions/ --out results/"))
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help=say("help_out"))
@click.option("--exercise", "exercises", multiple=True, metavar="NN", help=say("help_exercise"))
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, metavar="N", help=say("help_jobs"))
@click.option("--scheduler", metavar="ADDRESS", help=say("help_scheduler"))
@click.option("--resume", is_flag=True, help=say("help_resume"))
@click.option("--seed", metavar="TEXT", help=say("help_seed"))
@click.option("--deadline", type=click.FloatRange(0), metavar="SECONDS", help=say("help_deadline"))
@click.option("--diff", type=click.Path(path_type=Path), metavar="OLD", help=say("help_diff"))
@click.option("--seal-key", type=click.Path(path_type=Path), metavar="FILE", help=say("help_seal_key"))
@click.option("--trust-submissions", is_flag=True, help=say("help_trust"))
def command(
    submissions: Path, out: Path, exercises: tuple[str, ...], jobs: int, scheduler: str | None, resume: bool,
    seed: str | None, deadline: float | None, diff: Path | None, seal_key: Path | None, trust_submissions: bool,
) -> None:  # fmt: skip
    from grader.submissions import find, handed_in

    until = None if deadline is None else time.monotonic() + deadline
    here = catalog.find_root()
    root = click.get_current_context().with_resource(whole_course(here, seal_key))
    chosen = [catalog.resolve(root, name) for name in exercises] or catalog.all_exercises(root)
    found = find(submissions, chosen, ignore=out)
    hand_ins = found.hand_ins
    for notice in found.notices:
        click.echo(notice, err=True)
    if not exercises:
        some = handed_in(hand_ins)
        hand_ins = [hand_in for hand_in in hand_ins if hand_in.exercise.name in some]
    fence = fence_for(others_code=not trust_submissions)
    if fence == NONE and root != here:
        raise KataError(say("seal_no_fence"))
    run = ClassRun(chosen, catalog.all_exercises(root), out, fence, jobs, scheduler, resume, seed, until, diff)
    grade_class(hand_ins, run)


@dataclass(frozen=True)
class ClassRun:
    """What a run over a class is asked to do. `every`: the exercises that the report may meet in the ledger."""

    exercises: list[Exercise]
    every: list[Exercise]
    out: Path
    fence: Fence
    jobs: int
    scheduler: str | None = None
    resume: bool = False
    seed: str | None = None
    until: float | None = None
    diff: Path | None = None


def grade_class(hand_ins: list[HandIn], asked: ClassRun) -> None:
    """Grade, and write all that `kata grade` writes."""
    from grader.executors import on_a_cluster, on_this_machine
    from grader.grading import Run, grade
    from grader.reports import class_report, csv_report
    from grader.reports.class_table import print_class, progress

    out = asked.out
    old = Ledger.existing(asked.diff) if asked.diff else None
    ledger = Ledger(out)
    try:
        known = ledger.known()
        run = Run(ledger.begin(asked.seed or secrets.token_hex(8), asked.resume), asked.fence, asked.until)
        if not asked.resume:
            _forget_results(known, out)
        with on_a_cluster(asked.scheduler) if asked.scheduler else on_this_machine(asked.jobs) as executors:
            graded = grade(hand_ins, ledger, executors, run)
            _write_results(progress(graded, len(hand_ins)), {one.name: one for one in asked.exercises}, out)
        csv_report.write(ledger.attempts(), out)
        class_report.write(ledger.attempts, {one.name: one for one in asked.every}, out)
        print_class(ledger.attempts(), out)
        if old is not None:
            _show_moves(old, ledger, out)
    except OSError as problem:
        raise KataError(say("cannot_write", folder=out, problem=problem.strerror or problem)) from None
    except KeyboardInterrupt:
        click.echo(say("interrupted", out=out), err=True)
        raise
    finally:
        ledger.close()


def _write_results(graded: Iterator[Attempt], exercises: dict[str, Exercise], out: Path) -> None:
    """results/ as it becomes known."""
    from grader.reports import json_report

    for attempt in graded:
        json_report.write(attempt, exercises[attempt.exercise], out)


def _forget_results(known: list[tuple[str, str]], out: Path) -> None:
    """A new run in the folder of an old one: what that one wrote of each student goes, and nothing else."""
    from grader.reports import json_report

    for student, exercise in known:
        json_report.place(student, exercise, out).unlink(missing_ok=True)


def _show_moves(old: Ledger, ledger: Ledger, out: Path) -> None:
    from grader.reports import moved
    from grader.reports.class_table import print_moves
    from grader.reports.json_report import put

    found = moved.moves(old.attempts(), ledger.attempts())
    put(out / "diff.csv", moved.as_csv(found))
    print_moves(found, out / "diff.csv")
