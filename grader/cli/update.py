"""kata update RELEASE: a newer release into this learners' repository."""

from __future__ import annotations

from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of


@click.command("update", help=help_of("update", "kata update ../exercises-2026.zip"))
@click.argument("release", type=click.Path(path_type=Path))
def command(release: Path) -> None:
    from grader.course.update import update

    for sentence in update(catalog.find_root(), release):
        click.echo(sentence)
