"""kata dev: for authors. `sync` cuts stubs out of answers, `check` proves exercises, `new` starts one."""

from __future__ import annotations

import sys

import click

from grader import catalog
from grader.cli.tools import workshop
from grader.model import LEARNER_SEED, Exercise


@click.group()
def command() -> None:
    """For authors of exercises.

    Example: kata dev check 03
    """


def _chosen(names: tuple[str, ...]) -> list[Exercise]:
    root = catalog.find_root()
    return [catalog.resolve(root, name) for name in names] or catalog.all_exercises(root)


@command.command()
@click.argument("exercises", nargs=-1, metavar="[NN]...")
def sync(exercises: tuple[str, ...]) -> None:
    """Cut the stub of each exercise out of its answer.

    Example: kata dev sync 03
    """
    from grader.course.stub import cut, write

    for exercise in _chosen(exercises):
        changed = write(exercise, cut(exercise))
        click.echo(f"{exercise.name}: {'stub written' if changed else 'in step'}")


@command.command()
@click.argument("exercises", nargs=-1, metavar="[NN]...")
@click.option("--seeds", default=3, show_default=True, help="How many seeds answers and alternatives must pass on.")
def check(exercises: tuple[str, ...], seeds: int) -> None:
    """Prove the exercises: answers full, stub 0, every mistake caught and recognised. Prints mistakes x checks.

    Example: kata dev check 03
    """
    from grader.course.proof import prove

    failed = False
    with workshop() as (source, cache):
        for exercise in _chosen(exercises):
            # the learners' seed is the first: their runs find the mistakes' traces on disk from then on
            proof = prove(exercise, source, cache, [LEARNER_SEED, *(f"proof-{n}" for n in range(1, seeds))])
            click.echo(proof.matrix())
            for fault in proof.faults:
                click.echo(f"  {exercise.name}: {fault}", err=True)
            click.echo(proof.summary())
            failed = failed or bool(proof.faults)
    sys.exit(1 if failed else 0)


@command.command()
@click.argument("name", metavar="NN_SLUG")
def new(name: str) -> None:
    """Start an exercise: two folders with one check each to fill.

    Example: kata dev new 29_layer_norm
    """
    from grader.course.scaffold import new as write_files

    root = catalog.find_root()
    for file in write_files(root, name):
        click.echo(file.relative_to(root))
    click.echo(
        f"Next: write the answer and the checks, then `kata dev sync {name[:2]}` and `kata dev check {name[:2]}`."
    )
