"""What a student is called in the report: a file's name that is safe everywhere, or a code that tells nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from grader.errors import KataError
from grader.locale import say
from grader.reports.class_report.text import visible
from grader.reports.csv_report import safe

FILE_NAME_LENGTH = 40
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
KEY_FILE, CODES_FILE = "anonymous.key", "anonymous-codes.csv"
RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{i}" for name in ("com", "lpt") for i in range(10))}  # by Windows


def file_names(students: Sequence[str]) -> dict[str, str]:
    """A file's name for each: no two that any file system takes for one, none that leads elsewhere."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        name = next(name for name in _candidates(student) if _folded(name) not in taken)
        taken.add(_folded(name))
        names[student] = name
    return names


def _candidates(student: str) -> Iterator[str]:
    """The name itself if it is plain, else one with a few letters of its digest, or more and more."""
    plain = _plain(student)
    if plain == student and plain.lower().split(".")[0] not in RESERVED:
        yield plain
    marked = f"{plain}-{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
    yield marked
    yield from (f"{marked}-{i}" for i in count(2))


def _plain(student: str) -> str:
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in student[:FILE_NAME_LENGTH]).strip(".")
    return name.lstrip("-") or "_"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def codes(students: Sequence[str], folder: Path) -> dict[str, str]:
    """A code for each student, the same in each report of this folder.

    A code is a keyed hash: who has a name and not the key cannot tell its code. The key and the list of codes lie
    beside the report, readable for their owner alone, and never in it.
    """
    key = _key(folder / KEY_FILE)
    known: dict[str, str] = {}
    for student in students:
        digits = hmac.new(key, student.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        letters = "".join(LETTERS[byte % len(LETTERS)] for byte in digits)
        length = next(n for n in range(6, len(letters) + 1) if letters[:n] not in known)
        known[letters[:length]] = student
    rows = "".join(f'{code},"{_cell(student)}"\n' for code, student in sorted(known.items()))
    _write_private(folder / CODES_FILE, f"code,student\n{rows}")
    return {student: code for code, student in known.items()}


def _cell(student: str) -> str:
    return safe(visible(student)).replace('"', '""')


def _key(file: Path) -> bytes:
    if not file.exists():
        _write_private(file, secrets.token_hex(32))
    try:
        key = file.read_bytes().strip()
    except OSError as problem:
        raise KataError(say("bad_out", folder=file, problem=problem.strerror)) from None
    if len(key) < 32:
        raise KataError(say("bad_key", file=file))
    return key


def _write_private(place: Path, text: str) -> None:
    """Replace a file that only its owner may read."""
    half = place.with_name(place.name + ".half")
    try:
        half.unlink(missing_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(half, place)
    except OSError as problem:
        raise KataError(say("bad_out", folder=place, problem=problem.strerror)) from None
