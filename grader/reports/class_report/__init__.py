"""DIR/report/: the class, a page per exercise and per student, feedback to hand out. Works from disk, offline."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from grader.errors import KataError
from grader.locale import language, say
from grader.model import Attempt, Exercise
from grader.reports.class_report.facts import gather
from grader.reports.class_report.feedback import feedback
from grader.reports.class_report.messages import as_written, without_their_words
from grader.reports.class_report.names import codes, file_names
from grader.reports.class_report.pages import Book

ASSETS = Path(__file__).parent / "assets"
MARK = '<meta name="generator" content="gradkata">'  # a folder whose index has it is ours to replace
SOME_TIME = 946_684_800  # the first second of 2000; archives know no earlier one than 1980
Attempts = Callable[[], Iterator[Attempt]]


def write(attempts: Attempts, exercises: dict[str, Exercise], out: Path, anonymous: bool = False) -> Path:
    """Write out/report/ and return its index.html. What stood there before is replaced at the end, as a whole.

    `attempts` gives every attempt, a student's one after the other (as `Ledger.attempts` does); it is called twice,
    and no more than one student's messages are in memory. `exercises` by name; one that is missing costs its title.
    """
    place, half, old = (out / name for name in ("report", "report.half", "report.old"))
    _check_place(place)
    facts = gather(attempts(), exercises)
    shown = codes(facts.students, out) if anonymous else {student: student for student in facts.students}
    files = file_names(sorted(shown.values()))
    message = without_their_words(exercises) if anonymous else as_written
    book = Book(facts, shown, {student: files[shown[student]] for student in shown}, message, language(), anonymous)
    try:
        shutil.rmtree(half, ignore_errors=True)
        _write_all(book, attempts, half)
        if anonymous:
            _forget_the_order(half)
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        half.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as problem:
        raise KataError(say("bad_out", folder=problem.filename or place, problem=problem.strerror)) from None
    return place / "index.html"


def _write_all(book: Book, attempts: Attempts, folder: Path) -> None:
    for name in ("exercises", "students", "feedback", "assets"):
        (folder / name).mkdir(parents=True)
    for asset in ASSETS.iterdir():
        _put(folder / "assets" / asset.name, asset.read_text("utf-8"))
    _put(folder / "index.html", book.index())
    for sheet in book.facts.sheets.values():
        _put(folder / "exercises" / f"{sheet.name}.html", book.exercise(sheet))
    known = (a for a in attempts() if a.student in book.shown and a.exercise in book.facts.sheets)
    for student, several in groupby(known, key=lambda attempt: attempt.student):
        own = list(several)
        _put(folder / "students" / f"{book.files[student]}.html", book.student(student, own))
        text = feedback(book.shown[student], own, book.facts, book.message, book.language)
        _put(folder / "feedback" / f"{book.files[student]}.md", text)


def _forget_the_order(folder: Path) -> None:
    """Files were written by name: neither their times nor their places in the folder shall tell that order."""
    for part in ("students", "feedback"):
        written, ordered = folder / part, folder / f"{part}.ordered"
        ordered.mkdir()
        for file in sorted(written.iterdir()):
            os.utime(file, (SOME_TIME, SOME_TIME))
            file.rename(ordered / file.name)
        written.rmdir()
        ordered.rename(written)


def _check_place(place: Path) -> None:
    """What is there may be replaced only if it is a report of ours."""
    if not place.is_symlink() and not place.exists():
        return
    index = place / "index.html"
    try:
        ours = not place.is_symlink() and MARK in index.read_text("utf-8", "replace")[:1000]
    except OSError:
        ours = False
    if not ours:
        raise KataError(say("not_a_report", folder=place))


def _put(place: Path, text: str) -> None:
    place.write_text(text, "utf-8", errors="replace", newline="\n")
