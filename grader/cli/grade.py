"""kata grade SUBMISSIONS --out DIR: a class."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import fence_for, help_of
from grader.locale import say


@click.command("grade", help=help_of("grade", "kata grade submissions/ --out results/"))
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help=say("help_out"))
@click.option("--exercise", "exercises", multiple=True, metavar="NN", help=say("help_exercise"))
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, metavar="N", help=say("help_jobs"))
@click.option("--resume", is_flag=True, help=say("help_resume"))
@click.option("--seed", metavar="TEXT", help=say("help_seed"))
@click.option("--trust-submissions", is_flag=True, help=say("help_trust"))
def command(
    submissions: Path, out: Path, exercises: tuple[str, ...], jobs: int, resume: bool, seed: str | None,
    trust_submissions: bool,
) -> None:  # fmt: skip
    from grader.grading import grade
    from grader.ledger import Ledger
    from grader.reports import csv_report, json_report
    from grader.reports.class_table import print_class, progress
    from grader.submissions import find, handed_in

    root = catalog.find_root()
    chosen = [catalog.resolve(root, name) for name in exercises] or catalog.all_exercises(root)
    found = find(submissions, chosen, ignore=out)
    hand_ins = found.hand_ins
    for notice in found.notices:
        click.echo(notice, err=True)
    if not exercises:
        some = handed_in(hand_ins)
        hand_ins = [hand_in for hand_in in hand_ins if hand_in.exercise.name in some]
    by_name = {exercise.name: exercise for exercise in chosen}
    fence = fence_for(others_code=not trust_submissions)
    ledger = Ledger(out)
    seed = ledger.begin(seed or secrets.token_hex(8), resume)
    attempts = []
    for attempt in progress(grade(hand_ins, ledger, fence, seed, jobs), len(hand_ins)):
        json_report.write(attempt, by_name[attempt.exercise], out)
        attempts.append(attempt)
    ledger.close()
    csv_report.write(attempts, out)
    print_class(attempts, out)
