"""kata dev: for authors. `sync` cuts stubs out of answers, `check` proves exercises, `new` starts one."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of, workshop
from grader.executors import on_this_machine
from grader.model import LEARNER_SEED, Exercise


@click.group(help=help_of("dev", "kata dev check 03"))
def command() -> None: ...


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
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, metavar="N", help="Exercises at a time.")
def check(exercises: tuple[str, ...], seeds: int, jobs: int) -> None:
    """Prove the exercises: answers full, stub 0, every mistake caught and recognised. Prints mistakes x checks.

    What was tried is told as it goes, on the error output.

    Example: kata dev check 03
    """
    chosen = _chosen(exercises)
    failed = False
    with on_this_machine(min(jobs, len(chosen))) as executors:
        pool = executors.open()
        # the last exercises have the heaviest frameworks: they begin first, so that no core waits at the end
        begun = {exercise.number: pool.submit(_proof_of, exercise.folder, seeds) for exercise in reversed(chosen)}
        for exercise in chosen:
            proof = begun[exercise.number].result()
            click.echo(proof.matrix)
            for fault in proof.faults:
                click.echo(f"  {fault}", err=True)
            click.echo(proof.summary)
            failed = failed or bool(proof.faults)
    sys.exit(1 if failed else 0)


@dataclass(frozen=True)
class ProofText:
    """What a process of the pool says of an exercise: the checks themselves stay there."""

    matrix: str
    faults: list[str]
    summary: str


def _proof_of(folder: Path, seeds: int) -> ProofText:
    from grader.course.proof import prove

    exercise = catalog.load(folder)
    with workshop() as (source, cache):
        # the learners' seed is the first: their runs find the mistakes' traces on disk from then on
        all_seeds = [LEARNER_SEED, *(f"proof-{n}" for n in range(1, seeds))]
        proof = prove(exercise, source, cache, all_seeds, tell=lambda line: click.echo(line, err=True))
    return ProofText(proof.matrix(), [f"{exercise.name}: {fault}" for fault in proof.faults], proof.summary())


@command.command()
@click.argument("name", metavar="NN_SLUG")
@click.option(
    "--runtime", default="numpy", show_default=True, help="What the learner's code works with; see docs/authoring.md."
)
def new(name: str, runtime: str) -> None:
    """Start an exercise: two folders that hold together, with three checks to replace.

    Example: kata dev new 29_layer_norm --runtime torch
    """
    from grader.course.scaffold import kinds
    from grader.course.scaffold import new as write_files

    if runtime not in kinds():
        raise click.UsageError(f"there is no blank exercise for `{runtime}`; there are: {', '.join(kinds())}")
    root = catalog.find_root()
    for file in write_files(root, name, runtime):
        click.echo(file.relative_to(root))
    click.echo(
        f"Next: write the answer and the checks, then `kata dev sync {name[:2]}` and `kata dev check {name[:2]}`."
    )
