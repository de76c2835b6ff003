"""kata hint NN [LEVEL]: one hint at a time."""

from __future__ import annotations

import click

from grader import catalog, progress
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.locale import language, say


@click.command("hint", help=help_of("hint", "kata hint 03 2"))
@click.argument("exercise", metavar="NN")
@click.argument("level", type=int, default=1)
def command(exercise: str, level: int) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    if not 1 <= level <= len(found.hints):
        raise KataError(say("no_such_hint", count=len(found.hints), number=found.number))
    click.echo(found.hints[level - 1][language()])
    progress.record_hint(found, level)
    if level < len(found.hints):
        click.echo(say("next_hint", number=found.number, level=level + 1))
