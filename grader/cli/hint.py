"""kata hint NN [LEVEL]: one hint at a time, about the mistake that the learner's file shows."""

from __future__ import annotations

import ast
import warnings

import click

from grader import catalog, hints, progress
from grader.cli.tools import help_of, judged, workshop
from grader.errors import KataError
from grader.judge.attempt import digest
from grader.locale import language, say
from grader.model import Exercise
from grader.submissions import read


@click.command("hint", help=help_of("hint", "kata hint 03"))
@click.argument("exercise", metavar="NN")
@click.argument("level", type=int, required=False)
def command(exercise: str, level: int | None) -> None:
    found = catalog.resolve(catalog.find_root(), exercise)
    if not _readable(found):
        raise KataError(say("hint_unreadable", file=found.file_name, number=found.number))
    seen = _seen(found)
    last = len(hints.levels(found, seen))
    if level is None:
        standing = progress.read(found.folder.parent.parent).get(found.name, progress.Standing())
        level = min(hints.taken(found, seen, standing) + 1, last)
    text = hints.hint(found, seen, level, language())
    if not text:
        raise KataError(say("no_such_hint", count=last, number=found.number))
    if about := hints.about(found, seen, language()):
        click.echo(about)
    click.echo(text)
    progress.record_hint(found, level, seen.misconception)
    if more := hints.what_next(found, seen, level, language()):
        click.echo(more)


def _readable(exercise: Exercise) -> bool:
    """Can Python read the learner's file? It is parsed and never run; a file that is not there has no line to mend."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(read(exercise.stub, exercise)[exercise.file_name])
    except (SyntaxError, ValueError):
        return False
    except (KataError, LookupError, OSError, RecursionError, MemoryError):
        return True  # what is wrong with it, `kata check` says
    return True


def _seen(exercise: Exercise) -> hints.Seen:
    """What was seen in the file as it is now; if nobody looked yet, it is judged. A file as it came shows nothing."""
    if not exercise.stub.is_file() or not catalog.is_begun(exercise):
        return hints.Seen()
    try:
        known = hints.recall(exercise, digest(read(exercise.stub, exercise)))
        if known is not None:
            return known
        with workshop() as (source, cache):
            attempt, _ = judged(exercise, exercise.stub, source, cache)
    except KataError:  # a file that cannot be taken: what is wrong with it, `kata check` says
        return hints.Seen()
    progress.record_attempt(exercise, attempt)
    hints.remember(exercise, attempt)
    return hints.seen_in(attempt)
