"""kata solution NN: our answer beside the learner's, once theirs passes; another style; how frameworks differ."""

from __future__ import annotations

import shutil
import sys

import click

from grader import catalog
from grader.cli.tools import help_of, judged, workshop
from grader.errors import KataError
from grader.locale import language, say
from grader.reports.text import out_of


@click.command("solution", help=help_of("solution", "kata solution 03"))
@click.argument("exercise", metavar="NN")
@click.option("--spoil", is_flag=True, help=say("help_spoil"))
def command(exercise: str, spoil: bool) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    if found.solutions is None:
        raise KataError(say("no_solution_here"))
    if not spoil:
        with workshop() as (source, cache):
            attempt, _ = judged(found, found.stub, source, cache)
        if attempt.outcome != "passed":
            score = "-" if attempt.score is None else out_of(attempt.score, attempt.max_score)
            raise KataError(say("not_passed_yet", score=score, number=found.number))
    from grader.course.answers import of_the_learner
    from grader.course.answers_page import page  # loads what `kata --help` need not

    terminal = shutil.get_terminal_size()
    on_a_terminal = sys.stdout.isatty()
    text = page(found, of_the_learner(found), language(), terminal.columns if on_a_terminal else None)
    if on_a_terminal and text.count("\n") + 1 >= terminal.lines:
        click.echo_via_pager(text)
    else:
        click.echo(text)
