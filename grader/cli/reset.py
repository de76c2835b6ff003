"""kata reset NN: the original file back in its place; the learner's is kept."""

from __future__ import annotations

from datetime import datetime

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.course.stub import original, write
from grader.locale import say


@click.command("reset", help=help_of("reset", "kata reset 03"))
@click.argument("exercise", metavar="NN")
@click.option("--yes", is_flag=True, help=say("help_yes"))
def command(exercise: str, yes: bool) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    text = original(found)
    name = found.file_name
    if found.stub.is_file() and found.stub.read_bytes() == text.encode():
        click.echo(say("reset_same", file=name))
        return
    backup = found.stub.with_name(f"{found.slug}.{datetime.now():%Y%m%d-%H%M%S}.backup")
    if not yes and not click.confirm(say("reset_ask", file=name, backup=backup.name)):
        click.echo(say("nothing_written"))
        return
    kept = found.stub.is_file()
    if kept:
        backup.write_bytes(found.stub.read_bytes())
    write(found, text)
    click.echo(say("reset_done" if kept else "reset_same", file=name, backup=backup.name))
