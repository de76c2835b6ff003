"""kata doctor: what this machine has and lacks, and how to get what it lacks."""

from __future__ import annotations

import platform

import click

from grader.cli.tools import help_of
from grader.judge.cache import framework_version
from grader.locale import say
from grader.sandbox.fences import BOTH, INNER, INNER_LAYERS, Fence, best, missing_layers


@click.command("doctor", help=help_of("doctor", "kata doctor"))
def command() -> None:
    click.echo(f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}")
    for package in ("numpy", "pytest", "torch"):
        click.echo(f"  {package:12} {framework_version(package) or say('package_missing')}")
    missing = missing_layers()
    for layer in ("bubblewrap", *INNER_LAYERS):
        sign = "✘" if layer in missing else "✔"
        click.echo(f"  {sign} {layer:12} {say('layer_' + layer)}")
        if layer in missing:
            click.echo(f"      {missing[layer]}\n      → {say('cure_' + layer)}")
    verdicts: dict[Fence, str] = {BOTH: "doctor_ok", INNER: "doctor_inner"}
    click.echo(say(verdicts.get(best(), "doctor_none")))
