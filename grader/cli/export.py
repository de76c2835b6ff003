"""kata export DIR --format NAME --out PLACE: what `kata grade` found out, as other systems read it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import click

from grader.cli.tools import help_of
from grader.errors import KataError
from grader.ledger import Ledger
from grader.locale import language, say
from grader.model import Attempt
from grader.reports import canvas, formats, moodle
from grader.reports.gradebook import Gradebook, Roster, roster
from grader.reports.json_report import file_name, printable, put

EXAMPLE = "kata export results/ --format canvas --exercise 03 --template gradebook.csv --out canvas.csv"


@click.command("export", help=help_of("export", EXAMPLE))
@click.argument("results", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--format", "name", type=click.Choice(formats.NAMES), required=True, help=say("help_format"))
@click.option("--out", required=True, metavar="PLACE", help=say("help_export_out"))
@click.option("--exercise", metavar="NN", help=say("help_export_exercise"))
@click.option("--template", type=click.Path(path_type=Path), metavar="FILE", help=say("help_template"))
@click.option("--column", metavar="TEXT", help=say("help_column"))
def command(
    results: Path, name: str, out: str, exercise: str | None, template: Path | None, column: str | None
) -> None:
    if name in formats.SINGLE:
        left_out = _write_singles(name, _chosen(results, exercise), Path(out))
    elif name in formats.TOGETHER:
        left_out = 0
        _put(out, formats.TOGETHER[name](list(_chosen(results, exercise)), language()))
    else:
        _one_exercise(name, _chosen(results, exercise))
        left_out = _write_gradebook(name, _chosen(results, exercise), out, _roster(template), column)
    if left_out:
        click.echo(say("export_broken", count=left_out), err=True)
        sys.exit(3)


def _chosen(results: Path, exercise: str | None) -> Iterator[Attempt]:
    """The attempts of a run, of one exercise if it is named. Raises KataError where there are none."""
    if not (results / "ledger.sqlite").is_file():
        raise KataError(say("no_results", folder=results))
    ledger = Ledger(results)
    names: set[str] = set()
    found = 0
    for attempt in ledger.attempts():
        names.add(attempt.exercise)
        if exercise is None or _is_named(attempt, exercise):
            found += 1
            yield attempt
    ledger.close()
    if not names:
        raise KataError(say("no_results", folder=results))
    if not found:
        raise KataError(say("no_exercise", name=exercise, names=", ".join(sorted(names))))


def _is_named(attempt: Attempt, wanted: str) -> bool:
    number, _, slug = attempt.exercise.partition("_")
    return wanted in (attempt.exercise, slug) or wanted.zfill(2) == number


def _write_singles(name: str, attempts: Iterator[Attempt], out: Path) -> int:
    """A file per student and exercise; a single attempt goes into PLACE itself if that is the name of such a file."""
    write, ending = formats.SINGLE[name]
    written = left_out = 0
    alone = out.suffix == ending
    first = list(islice(attempts, 2 if alone else 0))
    if len(first) > 1:
        raise KataError(say("export_one_attempt", place=out))
    for attempt in chain(first, attempts):
        place = out if alone else out / file_name(attempt.student) / f"{attempt.exercise}{ending}"
        text = write(attempt, language())
        if text is None:
            place.unlink(missing_ok=True)  # an older result would be taken for this one's
            left_out += 1
        else:
            _put(str(place), text)
            written += 1
    click.echo(say("export_done", count=written, place=out), err=True)
    return left_out


def _one_exercise(name: str, attempts: Iterator[Attempt]) -> None:
    exercises = sorted({attempt.exercise for attempt in attempts})
    if len(exercises) > 1:
        raise KataError(say("export_one_exercise", format=name, names=", ".join(exercises)))


def _write_gradebook(name: str, attempts: Iterator[Attempt], out: str, known: Roster | None, column: str | None) -> int:
    if name == "canvas":
        first = next(attempts)
        book = canvas.write(chain([first], attempts), _column(known, first.exercise, column), known)
    else:
        if known is not None and not moodle.columns(known):
            raise KataError(say("export_no_ids", names=", ".join(known.columns)))
        book = moodle.write(attempts, language(), known)
    _put(out, book.text)
    _tell(book)
    return len(book.broken)


def _column(known: Roster | None, exercise: str, column: str | None) -> str:
    found = column or (canvas.assignment(known, exercise) if known else exercise)
    if found is None or (known is not None and found not in known.columns):
        names = ", ".join(known.columns) if known else ""
        raise KataError(say("export_no_column", name=column or exercise, names=names))
    return found


def _tell(book: Gradebook) -> None:
    for key, names in (("export_unknown", book.unknown), ("export_formula", book.formulas)):
        if names:
            click.echo(say(key, names=", ".join(map(printable, names))), err=True)


def _roster(file: Path | None) -> Roster | None:
    if file is None:
        return None
    try:
        return roster(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise KataError(say("bad_template", file=file, problem=problem)) from None


def _put(place: str, text: str) -> None:
    """Into a file, at once or not at all; `-` is standard output."""
    if place == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        put(Path(place), text)
    except OSError as problem:
        raise KataError(say("bad_out", folder=place, problem=problem.strerror)) from None
