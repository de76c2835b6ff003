"""kata update RELEASE: a newer release into this learners' repository."""

from __future__ import annotations

from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.locale import say


@click.command("update", help=help_of("update", "kata update ../exercises-2026.zip"))
@click.argument("release", type=click.Path(path_type=Path))
def command(release: Path) -> None:
    from grader.course.update import update

    try:
        sentences = update(catalog.find_root(), release)
    except OSError as problem:
        raise KataError(say("staged_stuck", file=problem.filename, problem=problem.strerror or problem)) from None
    for sentence in sentences:
        click.echo(sentence)
