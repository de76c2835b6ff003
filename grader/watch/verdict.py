"""What is known about the newest attempt at an exercise, growing with each event of the process that grades."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from grader.model import Attempt, CheckResult, Exercise

QUIET = ("passed", "waiting")  # outcomes without a message of their own
UNTOUCHED = ("not_attempted", "waiting")

Row = tuple[str, str, str, bool]  # index, yours, the reference's, do they differ


@dataclass(frozen=True)
class Announced:
    """A check before it has run. `source` is empty for a hidden one."""

    id: str
    title: dict[str, str]
    source: str
    place: str


@dataclass
class Verdict:
    """What it says stays true of these files: more is added, nothing is taken back."""

    exercise: Exercise
    checks: list[Announced] = field(default_factory=list)
    results: dict[str, CheckResult] = field(default_factory=dict)
    numbers: dict[str, list[Row]] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # of a failing visible check, by language
    attempt: Attempt | None = None
    final: bool = False  # with mistakes named
    problem: str = ""  # why there is no attempt, in a sentence
    began: float = field(default_factory=time.monotonic)

    def add(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "checks":
            self.checks = [Announced(**check) for check in event["checks"]]
        elif kind == "check":
            result = CheckResult(**event["result"])
            self.results[result.id] = result
            self.numbers[result.id] = [(row[0], row[1], row[2], row[3]) for row in event["numbers"]]
            self.printed[result.id] = event["printed"]
            self.values[result.id] = event["values"]
        elif kind == "attempt":
            checks = [CheckResult(**check) for check in event["attempt"]["checks"]]
            self.attempt = Attempt(**{**event["attempt"], "checks": checks})
            self.results = {check.id: check for check in checks}
            self.final = event["final"]
        else:
            self.problem, self.final = event["text"], True

    @property
    def running(self) -> str:
        """The id of the check that is being run, "" when none is."""
        if self.attempt is not None or self.problem:
            return ""
        return next((check.id for check in self.checks if check.id not in self.results), "")

    @property
    def speaks(self) -> bool:
        """Is there something to read: a failure, or the end?"""
        return bool(self.attempt or self.problem) or (self.first is not None and not self.untouched)

    @property
    def first(self) -> CheckResult | None:
        """The first check that has something to say."""
        return next((result for result in self.results.values() if result.outcome not in QUIET), None)

    @property
    def untouched(self) -> bool:
        return all(result.outcome in UNTOUCHED for result in self.results.values())

    @property
    def passed(self) -> bool:
        return self.attempt is not None and self.attempt.outcome == "passed"

    def result(self, id: str) -> CheckResult | None:
        """That check's, or the one to look at first where that one has not run."""
        return self.results.get(id) or self.first
