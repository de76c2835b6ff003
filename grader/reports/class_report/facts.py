"""One walk over the attempts gathers all that the pages say about the class. No message is kept."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.model import Attempt, CheckResult, Exercise, Text
from grader.reports.class_report.statistics import discrimination, mean, median, quantile

UNTOUCHED = ("not_attempted", "waiting", "missing")  # outcomes of checks that nobody tried to pass
SLOW_MEDIAN, SLOW_FACTOR = 1.0, 5.0  # seconds, and times the usual check's
PART_OF_DEADLINE = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """What a table needs of one attempt. `tried`: some check ended otherwise than as the stub does."""

    outcome: str
    score: float | None
    max_score: float
    seconds: float
    tried: bool

    @property
    def share(self) -> float | None:
        return None if self.score is None or not self.max_score else self.score / self.max_score


@dataclass
class Item:
    """One check over the class: a number for each attempt that tried the exercise and is not broken."""

    id: str
    title: Text
    visibility: str
    points: float
    shares: array[float] = field(default_factory=lambda: array("d"))
    rests: array[float] = field(default_factory=lambda: array("d"))  # points of the other checks
    seconds: array[float] = field(default_factory=lambda: array("d"))  # of answers; timeouts are counted apart
    outcomes: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    unsteady: int = 0  # identical files for which this check ended differently

    @property
    def difficulty(self) -> float | None:
        """The mean share of its points among those who tried: low is hard."""
        return mean(self.shares)

    @property
    def discrimination(self) -> float | None:
        return discrimination(self.shares, self.rests)

    @property
    def failing(self) -> int:
        """Attempts that did not pass it by themselves; those that wait for another check are not counted."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in ("passed", "waiting"))

    @property
    def median_seconds(self) -> float | None:
        return median(self.seconds)

    @property
    def late_seconds(self) -> float | None:
        return quantile(self.seconds, 0.95)

    def add(self, attempt: Attempt, check: CheckResult) -> None:
        self.outcomes[check.outcome] += 1
        passed = float(check.outcome == "passed")
        self.shares.append(check.score / check.max_score if check.max_score else passed)
        self.rests.append(round((attempt.score or 0) - check.score, 4))
        if check.outcome not in (*UNTOUCHED, "timeout"):
            self.seconds.append(check.seconds)


@dataclass
class Same:
    """Students whose files for an exercise are identical, and how the checks ended for the first of them."""

    outcomes: tuple[str, ...]
    students: list[str]


@dataclass
class Sheet:
    """One exercise over the class. `exercise` is None where the course is not at hand (any more)."""

    name: str
    exercise: Exercise | None
    max_score: float = 0
    items: dict[str, Item] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    misconceptions: dict[str, list[str]] = field(default_factory=dict)  # id -> students
    files: dict[str, Same] = field(default_factory=dict)  # digest -> who handed it in

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def title(self) -> Text:
        return self.exercise.title if self.exercise else {"en": self.name, "es": self.name}

    @property
    def deadline(self) -> float | None:
        return self.exercise.deadline if self.exercise else None

    @property
    def tried(self) -> list[Result]:
        """What the statistics are about: neither missing, nor the untouched stub, nor broken by us."""
        return [result for result in self.results.values() if result.tried and result.score is not None]

    @property
    def shares(self) -> list[float]:
        return [result.share for result in self.tried if result.share is not None]

    @property
    def untouched(self) -> int:
        """Stubs, handed in as they were."""
        return sum(not one.tried and one.outcome not in ("missing", "broken") for one in self.results.values())

    def count(self, *outcomes: str) -> int:
        return sum(result.outcome in outcomes for result in self.results.values())

    def copies(self) -> list[list[str]]:
        return [same.students for same in self.files.values() if len(same.students) > 1]

    def add(self, attempt: Attempt) -> None:
        tried = any(check.outcome not in UNTOUCHED for check in attempt.checks)
        self.results[attempt.student] = Result(
            attempt.outcome, attempt.score, attempt.max_score, attempt.seconds, tried
        )
        self.max_score = max(self.max_score, attempt.max_score)
        counted = tried and attempt.score is not None
        for check in attempt.checks:
            item = self.items.setdefault(check.id, Item(check.id, check.title, check.visibility, check.max_score))
            item.broken += check.outcome == "broken"
            if counted:
                item.add(attempt, check)
        if counted:
            for id in dict.fromkeys(check.misconceptions[0] for check in attempt.checks if check.misconceptions):
                self.misconceptions.setdefault(id, []).append(attempt.student)
        if tried and attempt.submission_sha256:
            self._compare(attempt)

    def _compare(self, attempt: Attempt) -> None:
        outcomes = tuple(check.outcome for check in attempt.checks)
        same = self.files.setdefault(attempt.submission_sha256, Same(outcomes, []))
        same.students.append(attempt.student)
        for check, before in zip(attempt.checks, same.outcomes, strict=False):
            self.items[check.id].unsteady += check.outcome != before

    def slow(self) -> dict[str, bool]:
        """By check: is it slow? 95 % take half of the deadline, or the median is far above the rest's."""
        usual = median([item.median_seconds or 0 for item in self.items.values()]) or 0
        limit = max(SLOW_MEDIAN, SLOW_FACTOR * usual)
        late = self.deadline * PART_OF_DEADLINE if self.deadline else float("inf")
        return {
            id: (item.late_seconds or 0) >= late or (item.median_seconds or 0) >= limit
            for id, item in self.items.items()
        }


@dataclass
class ClassFacts:
    students: list[str]
    sheets: dict[str, Sheet]
    runs: dict[str, list[str]]  # what the run was made with: seed, versions, fences

    def results(self, student: str) -> dict[str, Result]:
        return {name: sheet.results[student] for name, sheet in self.sheets.items() if student in sheet.results}

    @property
    def broken(self) -> list[tuple[str, str]]:
        """(student, exercise) of the attempts that have no score, by our fault."""
        return [
            (student, name)
            for name, sheet in self.sheets.items()
            for student, result in sheet.results.items()
            if result.score is None
        ]


def total(results: Iterable[Result]) -> tuple[float, float]:
    """Points, and how many there were to be had in the attempts that have a score."""
    known = [result for result in results if result.score is not None]
    return round(sum(result.score or 0 for result in known), 4), round(sum(result.max_score for result in known), 4)


def gather(attempts: Iterable[Attempt], exercises: dict[str, Exercise]) -> ClassFacts:
    students: dict[str, None] = {}
    sheets: dict[str, Sheet] = {}
    runs: dict[str, dict[str, None]] = {"seed": {}, "versions": {}, "fence": {}}
    for attempt in attempts:
        students[attempt.student] = None
        sheets.setdefault(attempt.exercise, Sheet(attempt.exercise, exercises.get(attempt.exercise))).add(attempt)
        versions = {"gradkata": attempt.grader_version, **attempt.versions}
        runs["seed"][attempt.seed] = None
        runs["versions"][", ".join(f"{name} {version}" for name, version in versions.items())] = None
        runs["fence"][", ".join(attempt.fence)] = None
    return ClassFacts(
        sorted(students), dict(sorted(sheets.items())), {name: list(values) for name, values in runs.items()}
    )
