"""kata check NN: grade the learner's own file, as `pytest exercises/NN` does."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from grader import catalog, hints, progress
from grader.cli.tools import help_of, judged, show, workshop
from grader.locale import language, say
from grader.next_steps import next_steps
from grader.reports.terminal import lines, printed_lines


@click.command("check", help=help_of("check", "kata check 03"))
@click.argument("exercise", metavar="NN")
@click.option("--submission", type=click.Path(path_type=Path), metavar="FILE", help=say("help_submission"))
def command(exercise: str, submission: Path | None) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    with workshop() as (source, cache):
        attempt, printed = judged(found, submission or found.stub, source, cache)
    columns = shutil.get_terminal_size().columns
    block = lines(attempt, found, language(), columns=columns) + printed_lines(attempt, printed, language())
    if submission is None:
        progress.record_attempt(found, attempt)
        hints.remember(found, attempt)
        block += next_steps(attempt, found, language())
    show(block)
    sys.exit(3 if attempt.outcome == "broken" else 0 if attempt.outcome == "passed" else 1)
