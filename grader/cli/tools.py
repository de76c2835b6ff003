"""What several commands share: the course's folder, the workers, the cache. Command-line glue, no verdicts."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.errors import FenceMissing, KataError
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.locale import language, say
from grader.model import LEARNER_SEED, Attempt, Exercise
from grader.patience import saying_if_slow
from grader.reports.terminal import Line
from grader.sandbox import WorkerSource
from grader.sandbox.fences import NONE, Fence, best
from grader.sandbox.sources import own_workers
from grader.submissions import read

if TYPE_CHECKING:
    from rich.console import Console

    from grader.judge.compared import Compared


def fence_for(others_code: bool) -> Fence:
    """The best fence here. Where there is none, a learner's own code still runs; other people's does not."""
    fence = best()
    if fence == NONE and others_code:
        raise FenceMissing(say("no_fence"))
    return fence


@contextmanager
def workshop() -> Iterator[tuple[WorkerSource, ValueCache]]:
    """Workers for a learner's or author's own code, and the cache; every process that was started is ended."""
    source = own_workers()
    try:
        yield source, ValueCache()
    finally:
        source.close()


@contextmanager
def whole_course(root: Path, key_file: Path | None) -> Iterator[Path]:
    """The course to grade by: where hidden checks are sealed and the key is at hand, what is sealed there."""
    from grader.course import seal

    if not seal.is_sealed(root):
        yield root
        return
    key = seal.find_key(key_file)
    if key is None:
        click.echo(say("seal_closed", variable=seal.VARIABLE), err=True)
        yield root
        return
    with seal.opened(root, key) as folder:
        yield folder


def help_of(name: str, example: str) -> str:
    """A command's help in the learner's language, with an example."""
    return f"{say('help_' + name)}\n\n{say('example', line=example)}"


def judged(exercise: Exercise, file: Path, source: WorkerSource, cache: ValueCache) -> tuple[Attempt, dict[str, str]]:
    """The attempt of a learner's own file, and by check what it printed where it failed."""
    files = read(file, exercise) if file.exists() or file.is_symlink() else None
    checks = catalog.load_checks(exercise.folder)
    judging = Judging(exercise, checks, files, source=source, cache=cache, seed=LEARNER_SEED)
    try:
        with saying_if_slow(say("still_running", number=exercise.number), to_stderr):
            judging.run_all()
        with saying_if_slow(say("still_naming"), to_stderr):
            return judging.attempt(), judging.printed
    finally:
        judging.close()


def to_stderr(text: str) -> None:
    click.echo(text, err=True)


def compared_checks(exercise: Exercise, id: str | None) -> list[Compared]:
    """The visible checks of the learner's own file, run once more with their values kept; one alone if it is named.

    Raises KataError if no visible check has that id.
    """
    from grader.judge.compared import compared

    checks = tuple(check for check in catalog.load_checks(exercise.folder) if check.visibility == "visible")
    if id is not None:
        ids = ", ".join(check.id for check in checks)
        checks = tuple(dataclasses.replace(check, needs=()) for check in checks if check.id == id)
        if not checks:
            raise KataError(say("no_visible_check", id=id, ids=ids))
    file = exercise.stub
    files = read(file, exercise) if file.exists() or file.is_symlink() else None
    with workshop() as (source, cache):
        judging = Judging(
            exercise, checks, files, source=source, cache=cache, seed=LEARNER_SEED, name_mistakes=False
        )  # fmt: skip
        try:
            with saying_if_slow(say("still_running", number=exercise.number), to_stderr):
                return [compared(judging, check, language()) for check in checks]
        finally:
            judging.close()


def console() -> Console:
    """Where tables and drawings go: of the terminal's width, with no colour where NO_COLOR or no terminal is."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def show(block: list[Line]) -> None:
    color = False if os.environ.get("NO_COLOR") else None  # None: colours where this is a terminal
    for text, style in block:
        bold = style == "bold"
        click.secho(text, bold=bold, fg=style if style and not bold else None, color=color)
