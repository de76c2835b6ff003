"""kata solution NN: the answer, once the learner's file passes."""

from __future__ import annotations

import click

from grader import catalog
from grader.cli.tools import help_of, judged, workshop
from grader.errors import KataError
from grader.locale import say


@click.command("solution", help=help_of("solution", "kata solution 03"))
@click.argument("exercise", metavar="NN")
@click.option("--spoil", is_flag=True, help=say("help_spoil"))
def command(exercise: str, spoil: bool) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    if found.solutions is None:
        raise KataError(say("no_solution_here"))
    if not spoil:
        with workshop() as (source, cache):
            attempt = judged(found, found.stub, source, cache)
        if attempt.outcome != "passed":
            score = "-" if attempt.score is None else f"{attempt.score:g}/{attempt.max_score:g}"
            raise KataError(say("not_passed_yet", score=score, number=found.number))
    click.echo((found.solutions / found.file_name).read_text("utf-8"))
