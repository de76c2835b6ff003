"""kata grade SUBMISSIONS --out DIR: a class."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of, workshop
from grader.locale import say


@click.command("grade", help=help_of("grade", "kata grade submissions/ --out results/"))
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help=say("help_out"))
@click.option("--exercise", "exercises", multiple=True, metavar="NN", help=say("help_exercise"))
@click.option("--seed", metavar="TEXT", help=say("help_seed"))
@click.option("--trust-submissions", is_flag=True, help=say("help_trust"))
def command(submissions: Path, out: Path, exercises: tuple[str, ...], seed: str | None, trust_submissions: bool) -> None:
    from grader.grading import grade
    from grader.reports import csv_report, json_report
    from grader.reports.class_table import print_class, progress
    from grader.submissions import find, handed_in

    root = catalog.find_root()
    chosen = [catalog.resolve(root, name) for name in exercises] or catalog.all_exercises(root)
    hand_ins = find(submissions, chosen)
    if not exercises:
        some = handed_in(hand_ins)
        hand_ins = [hand_in for hand_in in hand_ins if hand_in.exercise.name in some]
    attempts = []
    with workshop(others_code=not trust_submissions) as (source, cache):
        for hand_in, attempt in progress(grade(hand_ins, source, cache, seed or secrets.token_hex(8)), len(hand_ins)):
            json_report.write(attempt, hand_in.exercise, out)
            attempts.append(attempt)
    csv_report.write(attempts, out)
    print_class(attempts, out)
    sys.exit(0)
