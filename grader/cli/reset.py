"""kata reset NN: the original file back in its place; the learner's is kept."""

from __future__ import annotations

from datetime import datetime

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.course.stub import backup_name, is_original, put_back
from grader.locale import say


@click.command("reset", help=help_of("reset", "kata reset 03"))
@click.argument("exercise", metavar="NN")
@click.option("--yes", is_flag=True, help=say("help_yes"))
def command(exercise: str, yes: bool) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    name, backup = found.file_name, backup_name(found, datetime.now())
    if is_original(found):
        click.echo(say("reset_same", file=name))
        return
    if not found.stub.exists():
        put_back(found, backup)
        click.echo(say("reset_there_again", file=name))
        return
    if not yes and not _agrees(say("reset_ask", file=name, backup=backup)):
        click.echo(say("nothing_written"))
        return
    kept = put_back(found, backup)
    click.echo(say("reset_done" if kept else "reset_same", file=name, backup=backup))


def _agrees(question: str) -> bool:
    """`y`, or `s` in Spanish; whatever else is typed, or nothing at all, leaves the file as it is."""
    answer: str = click.prompt(f"{question} {say('reset_yes_no')}", default="", show_default=False)
    return answer.strip().casefold() in say("reset_yes").split()
