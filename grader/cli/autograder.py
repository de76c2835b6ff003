"""kata autograder NN --out FILE.zip: an exercise as an autograder of Gradescope."""

from __future__ import annotations

from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.locale import language, say


@click.command("autograder", help=help_of("autograder", "kata autograder 03 --out adam.zip"))
@click.argument("exercise", metavar="NN")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help=say("help_autograder_out"))
@click.option("--trust-submissions", is_flag=True, help=say("help_autograder_trust"))
def command(exercise: str, out: Path, trust_submissions: bool) -> None:
    from grader.course.autograder import build

    found = catalog.resolve(catalog.find_root(), exercise)
    content = build(found, language(), trust_submissions)
    try:
        out.write_bytes(content)
    except OSError as problem:
        raise KataError(say("bad_out", folder=out, problem=problem.strerror)) from None
    click.echo(say("autograder_done", place=out, exercise=found.name))
