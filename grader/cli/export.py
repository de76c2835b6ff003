"""kata export DIR --format NAME --out PLACE: what `kata grade` found out, as other systems read it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
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
    with closing(Ledger.existing(results)) as ledger:
        chosen = _chosen(ledger, exercise)
        attempts = (attempt for attempt in ledger.attempts() if attempt.exercise in chosen)
        if name in formats.SINGLE:
            _one_file(Path(out), formats.SINGLE[name][1], chosen)
            left_out = _write_singles(name, attempts, Path(out))
        elif name in formats.TOGETHER:
            left_out = 0
            _put(out, formats.TOGETHER[name](list(attempts), language()))
        elif len(chosen) > 1:
            raise KataError(say("export_one_exercise", format=name, names=", ".join(sorted(chosen))))
        else:
            left_out = _write_gradebook(name, attempts, out, next(iter(chosen)), _roster(template), column)
    if left_out:
        click.echo(say("export_broken", count=left_out), err=True)
        sys.exit(3)


def _chosen(ledger: Ledger, wanted: str | None) -> dict[str, int]:
    """The exercises of a run, or the one that is named, with their attempts counted. Raises KataError without any."""
    there = Counter(exercise for _, exercise in ledger.known())
    found = {name: count for name, count in there.items() if wanted is None or _is_named(name, wanted)}
    if not found:
        raise KataError(say("no_exercise", name=wanted or "", names=", ".join(sorted(there)) or "-"))
    return found


def _is_named(exercise: str, wanted: str) -> bool:
    number, _, slug = exercise.partition("_")
    return wanted in (exercise, slug) or wanted.zfill(2) == number


def _one_file(out: Path, ending: str, chosen: dict[str, int]) -> None:
    """Raises KataError if PLACE is a file and there is more than one attempt to write."""
    if out.suffix == ending and sum(chosen.values()) > 1:
        raise KataError(say("export_one_attempt", place=out))


def _write_singles(name: str, attempts: Iterator[Attempt], out: Path) -> int:
    """A file per student and exercise; a single attempt goes into PLACE itself if that is the name of such a file."""
    write, ending = formats.SINGLE[name]
    written = left_out = 0
    for attempt in attempts:
        alone = out.suffix == ending
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


def _write_gradebook(
    name: str, attempts: Iterator[Attempt], out: str, exercise: str, known: Roster | None, column: str | None
) -> int:
    if name == "canvas":
        book = canvas.write(attempts, _column(known, exercise, column), known)
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
