"""A class small enough to be worked out by hand: toy attempts, each check told by its outcome and points."""

from __future__ import annotations

from grader.model import Attempt, CheckResult, worst

TITLES = {"en": "A fact holds.", "es": "Un hecho se cumple."}


def check(id: str, outcome: str, score: float, of: float = 10, seconds: float = 0.1, *mistakes: str) -> CheckResult:
    message = "" if outcome == "passed" else f"A fact holds.\n    it does not: {id}"
    spanish = "" if outcome == "passed" else f"Un hecho se cumple.\n    no se cumple: {id}"
    return CheckResult(
        id, TITLES, "visible", outcome, score, of, {"en": message, "es": spanish}, list(mistakes), None, seconds
    )


def attempt(student: str, *checks: CheckResult, exercise: str = "90_double", digest: str | None = None) -> Attempt:
    outcome = worst([one.outcome for one in checks])
    missing = all(one.outcome == "missing" for one in checks)
    return Attempt(
        student, exercise, outcome, None if outcome == "broken" else sum(one.score for one in checks),
        sum(one.max_score for one in checks), sum(one.seconds for one in checks), "the seed", "0.1.0", {"python": "3.11"},
        ("" if missing else f"digest of {student}") if digest is None else digest, ["seccomp"], list(checks),
    )  # fmt: skip
