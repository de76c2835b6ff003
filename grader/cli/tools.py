"""What several commands share: the course's folder, the workers, the cache. Command-line glue, no verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader import catalog
from grader.errors import FenceMissing
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.locale import language, say
from grader.model import LEARNER_SEED, Attempt, Exercise
from grader.reports.terminal import lines
from grader.sandbox import WorkerSource
from grader.sandbox.fences import NONE, Fence, best
from grader.sandbox.plain import PlainWorkers
from grader.sandbox.warm import FencedWorkers
from grader.submissions import read


def fence_for(others_code: bool) -> Fence:
    """The best fence here. Where there is none, a learner's own code still runs; other people's does not."""
    fence = best()
    if fence == NONE and others_code:
        raise FenceMissing(say("no_fence"))
    return fence


@contextmanager
def workshop() -> Iterator[tuple[WorkerSource, ValueCache]]:
    """Workers for a learner's or author's own code, and the cache; every process that was started is ended."""
    fence = fence_for(others_code=False)
    source: WorkerSource = PlainWorkers() if fence == NONE else FencedWorkers(fence)
    try:
        yield source, ValueCache()
    finally:
        source.close()


def help_of(name: str, example: str) -> str:
    """A command's help in the learner's language, with an example."""
    return f"{say('help_' + name)}\n\n{say('example', line=example)}"


def judged(exercise: Exercise, file: Path, source: WorkerSource, cache: ValueCache) -> Attempt:
    """The attempt of a learner's own file."""
    files = read(file, exercise) if file.exists() or file.is_symlink() else None
    checks = catalog.load_checks(exercise.folder)
    return judge(Judging(exercise, checks, files, source=source, cache=cache, seed=LEARNER_SEED))


def show(attempt: Attempt, exercise: Exercise) -> None:
    for text, style in lines(attempt, exercise, language()):
        bold = style == "bold"
        click.secho(text, bold=bold, fg=style if style and not bold else None)
