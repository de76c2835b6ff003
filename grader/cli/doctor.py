"""kata doctor: what this machine has and lacks, and how to get what it lacks."""

from __future__ import annotations

import platform

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.judge.cache import framework_version
from grader.locale import say
from grader.sandbox.fences import BOTH, INNER, INNER_LAYERS, Fence, best, missing_layers
from grader.sandbox.runtimes import extra_of, packages_of


@click.command("doctor", help=help_of("doctor", "kata doctor"))
def command() -> None:
    click.echo(f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}")
    click.echo(f"  {'pytest':12} {framework_version('pytest')}")
    for package, numbers in _needs().items():
        click.echo(f"  {package:12} {framework_version(package) or _how_to_get(package, numbers)}")
    missing = missing_layers()
    for layer in ("bubblewrap", *INNER_LAYERS):
        sign = "✘" if layer in missing else "✔"
        click.echo(f"  {sign} {layer:12} {say('layer_' + layer)}")
        if layer in missing:
            click.echo(f"      {missing[layer]}\n      → {say('cure_' + layer)}")
    verdicts: dict[Fence, str] = {BOTH: "doctor_ok", INNER: "doctor_inner"}
    click.echo(say(verdicts.get(best(), "doctor_none")))


def _needs() -> dict[str, list[str]]:
    """The packages of this course's exercises; outside of a course, those that every course needs."""
    try:
        return packages_of(catalog.all_exercises(catalog.find_root()))
    except KataError:
        return packages_of([])


def _how_to_get(package: str, numbers: list[str]) -> str:
    cure = say("extra_missing", package=package, extra=extra_of(package))
    return f"{cure}  ({', '.join(numbers)})" if numbers else cure
