"""The ledger: every result the moment it is known, one transaction each. What is in it survives a kill."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from grader.errors import KataError
from grader.locale import say
from grader.model import Attempt, CheckResult

LOCK_SECONDS = 1.0


class Ledger:
    """DIR/ledger.sqlite: the run's seed, and a row per student and exercise with what it depends on (`key`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise KataError(say("bad_out", folder=folder, problem=problem.strerror)) from None
        try:
            self._file = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None, timeout=LOCK_SECONDS)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=FULL")
            self._file.execute("CREATE TABLE IF NOT EXISTS run (seed TEXT NOT NULL)")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS results (student BLOB, exercise TEXT, key TEXT NOT NULL,"
                " attempt TEXT NOT NULL, PRIMARY KEY (student, exercise))"
            )
        except sqlite3.Error as problem:
            if "locked" in str(problem):
                raise KataError(say("ledger_in_use", folder=folder)) from None
            raise KataError(say("bad_ledger", file=folder / "ledger.sqlite", problem=problem)) from None

    @classmethod
    def existing(cls, folder: Path) -> Ledger:
        """The ledger of an earlier run. Raises KataError if there is none in that folder."""
        if not (folder / "ledger.sqlite").is_file():
            raise KataError(say("no_ledger", folder=folder))
        return cls(folder)

    def known(self) -> list[tuple[str, str]]:
        """(student, exercise) of every attempt that is in it."""
        rows = self._file.execute("SELECT student, exercise FROM results").fetchall()
        return [(student.decode("utf-8", "surrogateescape"), exercise) for student, exercise in rows]

    def begin(self, seed: str, resume: bool) -> str:
        """Start a run, or go on with the one that is there: the seed of the run. Until `close` it is locked."""
        try:
            self._file.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._file.execute("BEGIN IMMEDIATE")
            self._file.execute("COMMIT")
        except sqlite3.OperationalError:
            raise KataError(say("ledger_in_use", folder=self._folder)) from None
        known = self._file.execute("SELECT seed FROM run").fetchone()
        if resume and known is not None:
            return str(known[0])
        self._file.execute("BEGIN")
        self._file.execute("DELETE FROM run")
        self._file.execute("DELETE FROM results")
        self._file.execute("INSERT INTO run VALUES (?)", [seed])
        self._file.execute("COMMIT")
        return seed

    def seed(self) -> str | None:
        """The seed of the run that it holds; None before the first."""
        known = self._file.execute("SELECT seed FROM run").fetchone()
        return None if known is None else str(known[0])

    def find(self, student: str, exercise: str, key: str) -> Attempt | None:
        """The attempt that was made of exactly this, if there is one."""
        row = self._file.execute(
            "SELECT attempt FROM results WHERE student = ? AND exercise = ? AND key = ?",
            [_bytes(student), exercise, key],
        ).fetchone()
        return from_text(row[0]) if row else None

    def attempts(self) -> Iterator[Attempt]:
        """Every attempt that is in the ledger, by student and exercise, one at a time."""
        for row in self._file.execute("SELECT attempt FROM results ORDER BY student, exercise"):
            yield from_text(row[0])

    def put(self, attempt: Attempt, key: str) -> None:
        """Raises KataError if it cannot be written (a full disk); what was put before is safe."""
        text = json.dumps(attempt, allow_nan=False, default=vars)
        row = [_bytes(attempt.student), attempt.exercise, key, text]
        try:
            self._file.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", row)
        except sqlite3.OperationalError as problem:
            raise KataError(say("ledger_full", folder=self._folder, problem=problem)) from None

    def close(self) -> None:
        self._file.close()


def _bytes(student: str) -> bytes:
    """A folder's name may be no text at all."""
    return student.encode("utf-8", "surrogateescape")


def from_text(text: str) -> Attempt:
    facts = json.loads(text)
    return Attempt(**{**facts, "checks": [CheckResult(**check) for check in facts["checks"]]})
