"""kata list: the exercises of this course."""

from __future__ import annotations

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.locale import language, say
from grader.model import Exercise


@click.command("list", help=help_of("list", "kata list"))
def command() -> None:
    for exercise in catalog.all_exercises(catalog.find_root()):
        click.echo(f"  {exercise.number}  {exercise.title[language()]:48} {_state(exercise)}")


def _state(exercise: Exercise) -> str:
    text = exercise.stub.read_text("utf-8", "replace") if exercise.stub.is_file() else ""
    return say("state_untouched" if "raise NotImplementedError" in text else "state_begun")
