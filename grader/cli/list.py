"""kata list: the exercises of this course, how far each is, and what is next."""

from __future__ import annotations

import click

from grader import catalog, progress
from grader.cli.tools import help_of
from grader.locale import language
from grader.next_steps import what_is_next
from grader.progress import Standing


@click.command("list", help=help_of("list", "kata list"))
def command() -> None:
    root = catalog.find_root()
    exercises, standings = catalog.all_exercises(root), progress.read(root)
    width = max([48, *(len(exercise.title[language()]) for exercise in exercises)])
    for exercise in exercises:
        standing = standings.get(exercise.name, Standing())
        sign, words = progress.sign(exercise, standing), progress.in_words(exercise, standing, language())
        click.echo(f"  {sign} {exercise.number}  {exercise.title[language()]:{width}} {words}")
    click.echo(what_is_next(exercises, standings, language()))
