"""The data that everything else passes around: exercises, checks, attempts. No behaviour but naming and adding up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
LEARNER_SEED = "learner"  # a learner's own run draws the same numbers each time
LANGUAGES = ("en", "es")
Text = dict[str, str]  # language -> text

# An attempt's outcome is the first of these that any of its checks has; `passed` when all passed.
OUTCOMES = (
    "broken", "forbidden", "crashed", "memory", "timeout", "error", "failed", "waiting", "not_attempted", "missing",
    "passed",
)  # fmt: skip


@dataclass(frozen=True)
class Misconception:
    id: str
    title: Text
    explanation: Text
    hint: int  # the first of the exercise's hints to show; 1 with hints of its own
    hints: tuple[Text, ...] = ()  # its own: where to look, an example by hand, what to change
    about: str = ""  # the class, method or function of the learner's file to look at; "": what the check is about


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise as its folders describe it. `solutions` is None in a learner's repository."""

    number: str
    slug: str
    folder: Path
    solutions: Path | None
    title: Text
    runtime: str
    other_runtimes: tuple[str, ...]  # that some of its checks use besides: `submission.on("keras_jax")`
    forbidden: tuple[str, ...]
    support: tuple[str, ...]
    deadline: float
    hidden_numbers: bool
    hints: tuple[Text, ...]
    check_titles: dict[str, str]
    words: dict[str, str]  # what its checks say in English -> in Spanish
    misconceptions: dict[str, Misconception]

    @property
    def name(self) -> str:
        return f"{self.number}_{self.slug}"

    @property
    def file_name(self) -> str:
        return f"{self.slug}.py"

    @property
    def stub(self) -> Path:
        return self.folder / self.file_name

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the files beside the stub that a learner gets and does not write."""
        return ("exercise.toml", "scenarios.py", "references.py", f"test_{self.slug}.py", *self.support)


@dataclass
class CheckMarks:
    """What the decorators of `grader.checks` write on a check function."""

    id: str = ""
    points: float = 0
    about: str = ""
    catches: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Check:
    """A check function with its marks. `cases` are the argument sets of parametrize (one empty one without it)."""

    id: str
    name: str
    title: Text
    points: float
    visibility: str  # "visible" or "hidden"
    about: str
    catches: tuple[str, ...]
    needs: tuple[str, ...]
    function: Callable[..., None]
    cases: tuple[dict[str, Any], ...]

    def case_key(self, case: dict[str, Any]) -> int:
        """The place of a case among the check's cases, whatever its values are."""
        return next((i for i, known in enumerate(self.cases) if known is case or _same_case(known, case)), 0)


def _same_case(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(one[name] is other[name] for name in one)


@dataclass(frozen=True)
class Finding:
    """What went wrong, as data: `kind` names the catalogue's message, `facts` fill it. None of it is trusted text."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class CheckResult:
    id: str
    title: Text
    visibility: str
    outcome: str
    score: float
    max_score: float
    messages: Text
    misconceptions: list[str]
    hint: int | None
    seconds: float


@dataclass
class Attempt:
    """One graded run of one submission. Every format and screen is written from this and nothing else."""

    student: str
    exercise: str
    outcome: str
    score: float | None
    max_score: float
    seconds: float
    seed: str
    grader_version: str
    versions: dict[str, str]
    submission_sha256: str
    fence: list[str]
    checks: list[CheckResult]

    def count(self, *outcomes: str) -> int:
        return sum(check.outcome in outcomes for check in self.checks)


def worst(outcomes: list[str]) -> str:
    """The attempt's outcome from those of its checks."""
    return next((outcome for outcome in OUTCOMES if outcome in outcomes), "missing")
