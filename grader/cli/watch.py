"""kata watch [NN], and kata alone: grade on save."""

from __future__ import annotations

import os
import sys

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.locale import language, say


@click.command("watch", help=help_of("watch", "kata watch 03"))
@click.argument("exercise", metavar="[NN]", default="")
@click.option("--plain", is_flag=True, help=say("help_plain"))
def command(exercise: str, plain: bool) -> None:
    root = catalog.find_root()
    if exercise:
        catalog.resolve(root, exercise)  # a wrong name is told before the screen opens
    if plain or not in_a_terminal():
        from grader.watch.plain import watch

        watch(root, exercise, language())
        return
    from grader.watch.app import watch as full_screen

    full_screen(root, exercise, language())


def in_a_terminal() -> bool:
    """Can a full screen be drawn (textual draws on standard error), and keys be read?"""
    unsaid = "windows" if os.name == "nt" else "dumb"  # there nobody sets TERM
    return somebody_types() and sys.stderr.isatty() and os.environ.get("TERM", unsaid) not in ("", "dumb")


def somebody_types() -> bool:
    """Is this no pipe and no script, but a terminal, of whatever kind?"""
    return sys.stdin.isatty() and sys.stdout.isatty()
