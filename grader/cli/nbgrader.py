"""kata nbgrader: `build` makes nbgrader's course, `autograde` grades it in parallel and lets nbgrader copy."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import fence_for, help_of
from grader.locale import language, say
from grader.model import LANGUAGES
from grader.sandbox.runtimes import missing

EXAMPLES = "kata nbgrader build mycourse --exercise 03 --assignment ps1", "kata nbgrader autograde mycourse ps1"


@click.group("nbgrader", help=help_of("nbgrader", "kata nbgrader build mycourse --exercise 03"))
def command() -> None: ...


@command.command(help=f"{say('help_nbgrader_build')}\n\n{say('example', line=EXAMPLES[0])}")
@click.argument("course", type=click.Path(path_type=Path, file_okay=False), metavar="COURSE")
@click.option("--exercise", "exercises", multiple=True, metavar="NN", help=say("help_exercise"))
@click.option("--assignment", metavar="NAME", help=say("help_assignment"))
@click.option("--language", "said", type=click.Choice(LANGUAGES), help=say("help_language"))
@click.option("--force", is_flag=True, help=say("help_nb_force"))
def build(course: Path, exercises: tuple[str, ...], assignment: str | None, said: str | None, force: bool) -> None:
    from grader.course.nbgrader.build import build as write

    root = catalog.find_root()
    chosen = [catalog.resolve(root, name) for name in exercises] or catalog.all_exercises(root)
    for file in write(root, chosen, course, assignment, said or language(), force):
        click.echo(file)
    names = [assignment] if assignment else [exercise.name for exercise in chosen]
    click.echo(
        say("nb_next", course=course, lines="\n".join(f"    nbgrader generate_assignment {name}" for name in names))
    )


@command.command(help=f"{say('help_nbgrader_autograde')}\n\n{say('example', line=EXAMPLES[1])}")
@click.argument("course", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="COURSE")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, metavar="N", help=say("help_jobs"))
@click.option("--resume", is_flag=True, help=say("help_resume"))
@click.option("--seed", metavar="TEXT", help=say("help_seed"))
@click.option("--trust-submissions", is_flag=True, help=say("help_trust"))
def autograde(
    course: Path, assignment: str, jobs: int, resume: bool, seed: str | None, trust_submissions: bool
) -> None:
    try:
        from grader.course.nbgrader.autograde import handed_in, publish, settle
        from grader.course.nbgrader.course import opened
    except ModuleNotFoundError as problem:
        raise missing(problem.name or "nbgrader", "nbgrader") from None
    from grader.cli.grade import ClassRun, grade_class
    from grader.ledger import Ledger

    fence = fence_for(others_code=not trust_submissions)
    with opened(course) as here:
        handed = handed_in(here, assignment)
        for notice in handed.notices:
            click.echo(notice, err=True)
        out, exercises = here.results(assignment), list(handed.exercises.values())
        grade_class(handed.hand_ins, ClassRun(exercises, exercises, out, fence, jobs, resume=resume, seed=seed))
        publish(here, assignment, handed)
        ledger = Ledger.existing(out)
        try:
            lost = settle(here, assignment, handed, ledger.attempts())
        finally:
            ledger.close()
    for student in lost:
        click.echo(say("nb_settled", student=student), err=True)
    click.echo(say("nb_done", count=len(handed.hand_ins), assignment=assignment))
