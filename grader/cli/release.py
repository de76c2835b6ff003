"""kata release --out DIR: the learners' repository."""

from __future__ import annotations

from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of, to_stderr, workshop
from grader.errors import KataError
from grader.locale import say


@click.command("release", help=help_of("release", "kata release --out ../exercises-2026 --zip"))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help=say("help_release_out"))
@click.option("--exercise", "exercises", multiple=True, metavar="NN", help=say("help_exercise"))
@click.option("--zip", "zipped", is_flag=True, help=say("help_zip"))
@click.option("--sealed", is_flag=True, help=say("help_sealed"))
@click.option("--seal-key", type=click.Path(path_type=Path), metavar="FILE", help=say("help_seal_key"))
def command(out: Path, exercises: tuple[str, ...], zipped: bool, sealed: bool, seal_key: Path | None) -> None:
    from grader.course import release, seal
    from grader.course.update import newer

    root = catalog.find_root()
    chosen = [catalog.resolve(root, name) for name in exercises] or catalog.all_exercises(root)
    out = out.resolve()
    try:
        release.refuse_folder(out)
        archive = out.with_name(out.name + ".zip")
        if zipped and archive.exists():
            with newer(archive):  # nobody's file but an earlier release of ours is replaced
                pass
        key = seal.find_key(seal_key) if sealed else None
        if sealed and key is None:
            raise KataError(say("seal_no_key", variable=seal.VARIABLE))
        with workshop() as (source, cache):
            made = release.build(root, chosen, source, cache, key, to_stderr)
        release.place(made, out)
        if zipped:
            release.zip_file(made, archive)
    except OSError as problem:
        raise KataError(say("bad_out", folder=out, problem=problem.strerror or problem)) from None
    for path in made.left_out:
        click.echo(say("release_left_out", file=path), err=True)
    click.echo(say("release_done", folder=out, count=len(made.files), exercises=", ".join(made.manifest.exercises)))
