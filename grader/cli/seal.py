"""kata seal --new-key FILE: the key for `kata release --sealed`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grader.cli.tools import help_of
from grader.errors import KataError
from grader.locale import say


@click.command("seal", help=help_of("seal", "kata seal --new-key ~/seal.key"))
@click.option("--new-key", type=click.Path(path_type=Path), required=True, metavar="FILE", help=say("help_new_key"))
def command(new_key: Path) -> None:
    from grader.course import manifest, seal

    file = new_key.resolve()
    for folder in file.parents:
        if (folder / "exercises").is_dir() or (folder / manifest.FILE).exists():
            raise KataError(say("seal_key_inside", file=file, folder=folder))
    key = seal.new_key()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise KataError(say("seal_key_file", file=file, problem=problem.strerror or problem)) from None
    with os.fdopen(descriptor, "w") as opened:
        opened.write(key + "\n")
    click.echo(say("seal_key_done", file=file, variable=seal.VARIABLE))
