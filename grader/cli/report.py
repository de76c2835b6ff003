"""kata report DIR: everything that was written from the ledger, written again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click

from grader import catalog
from grader.cli.tools import help_of
from grader.errors import KataError
from grader.ledger import Ledger
from grader.locale import say
from grader.model import Attempt, Exercise


@click.command("report", help=help_of("report", "kata report results/ --anonymous"))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--anonymous", is_flag=True, help=say("help_anonymous"))
def command(folder: Path, anonymous: bool) -> None:
    from grader.reports import class_report
    from grader.reports.class_report.names import CODES_FILE

    file = folder / "ledger.sqlite"
    ledger, exercises = Ledger.existing(folder), _exercises()
    try:
        place = class_report.write(lambda: _attempts(ledger, file), exercises, folder, anonymous)
        if not anonymous:
            _write_results(_attempts(ledger, file), exercises, folder)
    except OSError as problem:
        raise KataError(say("bad_out", folder=folder, problem=problem.strerror or problem)) from None
    finally:
        ledger.close()
    click.echo(say("report_done", place=place, feedback=place.parent / "feedback"))
    if anonymous:
        click.echo(say("report_codes", codes=folder / CODES_FILE))


def _exercises() -> dict[str, Exercise]:
    """Those of the course here. One that is gone or unreadable by now costs its titles, not the report."""
    found = {}
    try:
        folders = catalog.folders(catalog.find_root())
    except KataError:
        return {}
    for folder in folders:
        try:
            found[folder.name] = catalog.load(folder)
        except KataError as problem:
            click.echo(f"kata: {problem}", err=True)
    return found


def _attempts(ledger: Ledger, file: Path) -> Iterator[Attempt]:
    try:
        yield from ledger.attempts()
    except (sqlite3.Error, ValueError, TypeError, KeyError) as problem:  # damaged, or of another version
        raise KataError(say("bad_ledger", file=file, problem=problem)) from None


def _write_results(attempts: Iterator[Attempt], exercises: dict[str, Exercise], folder: Path) -> None:
    """scores.csv and results/ as `kata grade` writes them. Of an exercise that is gone the JSON is left as it is."""
    from grader.reports import csv_report, json_report

    def written() -> Iterator[Attempt]:
        for attempt in attempts:
            if attempt.exercise in exercises:
                json_report.write(attempt, exercises[attempt.exercise], folder)
            yield attempt

    csv_report.write(written(), folder)
