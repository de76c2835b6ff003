"""kata doctor: what this machine has and lacks, and how to get what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.judge.cache import default_path, framework_version
from grader.locale import say
from grader.model import Exercise
from grader.sandbox.fences import BOTH, INNER, INNER_LAYERS, Fence, best, missing_layers
from grader.sandbox.runtimes import extra_of, packages_of

SYSTEMS = {"win32": "Windows", "darwin": "macOS"}
SIGNS = "✔✘○·…→"


@click.command("doctor", help=help_of("doctor", "kata doctor"))
def command() -> None:
    root, exercises = _course()
    click.echo(f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}")
    click.echo(f"  {'pytest':12} {framework_version('pytest')}")
    for package, numbers in packages_of(exercises).items():
        click.echo(f"  {package:12} {framework_version(package) or _how_to_get(package, numbers)}")
    _show_fences()
    for sentence in (*_about_python(root), *_about_terminal(), *_about_disk(root)):
        click.echo(f"! {sentence}")


def _course() -> tuple[Path | None, list[Exercise]]:
    """The course that one is in, if any. What every course needs is known without one."""
    try:
        root = catalog.find_root()
        return root, catalog.all_exercises(root)
    except KataError:
        return None, []


def _how_to_get(package: str, numbers: list[str]) -> str:
    cure = say("extra_missing", package=package, extra=extra_of(package))
    return f"{cure}  ({', '.join(numbers)})" if numbers else cure


def _show_fences() -> None:
    if sys.platform != "linux":
        click.echo(say("doctor_elsewhere", system=SYSTEMS.get(sys.platform, sys.platform)))
        return
    missing = missing_layers()
    for layer in ("bubblewrap", *INNER_LAYERS):
        sign = "✘" if layer in missing else "✔"
        click.echo(f"  {sign} {layer:12} {say('layer_' + layer)}")
        if layer in missing:
            click.echo(f"      {missing[layer]}\n      → {say('cure_' + layer)}")
    verdicts: dict[Fence, str] = {BOTH: "doctor_ok", INNER: "doctor_inner"}
    click.echo(say(verdicts.get(best(), "doctor_none")))


def _about_python(root: Path | None) -> list[str]:
    """Is this the course's own Python, and does `pytest` mean the one that is installed here?"""
    own = root and root / ".venv"
    if own and own.is_dir() and own.resolve() != Path(sys.prefix).resolve():
        activate = f"{own}\\Scripts\\activate" if os.name == "nt" else f". {own}/bin/activate"
        return [say("doctor_not_active", folder=own, python=sys.executable, command=activate)]
    scripts = {sysconfig.get_path("scripts"), sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))}
    found = shutil.which("pytest")
    if found is None:
        return [say("doctor_no_pytest", folder=sysconfig.get_path("scripts"))]
    if Path(found).parent.resolve() not in {Path(folder).resolve() for folder in scripts}:
        return [say("doctor_other_pytest", file=found)]
    return []


def _about_terminal() -> list[str]:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        SIGNS.encode(encoding)
    except UnicodeEncodeError:
        return [say("doctor_signs", encoding=encoding)]
    return []


def _about_disk(root: Path | None) -> list[str]:
    """What is remembered there between runs; everything works without."""
    folder = default_path().parent
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    sentences = [] if os.access(nearest, os.W_OK) else [say("doctor_no_cache", folder=folder)]
    if root is not None and not os.access(root, os.W_OK):
        sentences.append(say("doctor_no_progress", folder=root))
    return sentences
