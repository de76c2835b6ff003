"""Classroom 50's result.json, version 1: whole points. A broken attempt has none, so that the older release stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import ceil, floor
from typing import Any

from grader.model import Attempt, CheckResult
from grader.reports.text import about, as_text, facts, message, one_line, reason, title

# A key, and the runner's variable that fills it. What the runner did not say is empty; it writes owner and type again.
RUNNER = {
    "classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "assignment_type": "ASSIGNMENT_TYPE", "owner": "OWNER",
    "submission": "SUBMISSION_TAG", "commit": "COMMIT_URL", "release": "RELEASE_URL", "review": "REVIEW_URL",
}  # fmt: skip


def write(attempt: Attempt, language: str, runner: Mapping[str, str], now: datetime) -> str | None:
    """`runner`: its environment; `now`: in UTC."""
    if attempt.score is None:
        return None
    time = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    tests = _tests(attempt, language)
    return as_text(
        {
            "schema": "classroom50/result/v1",
            **{key: one_line(runner.get(name, "") or _default(key, attempt)) for key, name in RUNNER.items()},
            "datetime": time,
            "graded_at": time,
            "score": sum(test["score"] for test in tests),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
    )


def whole_points(checks: Sequence[CheckResult]) -> list[int]:
    """Largest remainder: never more than the points in sum, and all of a check's only if it passed."""
    exact = [Fraction(check.score).limit_denominator(10**6) for check in checks]
    whole = [floor(score) for score in exact]
    left = floor(sum(exact)) - sum(whole)
    for i in sorted(range(len(checks)), key=lambda i: (whole[i] - exact[i], i)):
        full = checks[i].outcome != "passed" and whole[i] + 1 >= checks[i].max_score
        if left and exact[i] > whole[i] and not full:
            whole[i], left = whole[i] + 1, left - 1
    return whole


def _default(key: str, attempt: Attempt) -> str:
    known = {
        "classroom": "kata",
        "assignment": f"kata-{attempt.exercise.partition('_')[0]}",
        "assignment_type": "individual",
        "owner": attempt.student,
    }
    return known.get(key, "")


def _tests(attempt: Attempt, language: str) -> list[dict[str, Any]]:
    """One per check. A list without any would be shown as passed."""
    if not attempt.checks:
        return [_entry(attempt.exercise, False, 0, 0, reason(attempt, language)) | {"outcome": attempt.outcome}]
    points = whole_points(attempt.checks)
    tests = [
        _entry(
            f"{check.id} {title(check, language)}", check.outcome == "passed", whole, ceil(check.max_score),
            message(check, language),
        )
        | facts(check)
        for check, whole in zip(attempt.checks, points, strict=True)
    ]  # fmt: skip
    tests[0] |= {name: about(attempt)[name] for name in ("seed", "grader_version")}
    return tests


def _entry(name: str, passed: bool, score: int, most: int, said: str) -> dict[str, Any]:
    return {"test-name": name, "passed": passed, "score": score, "max-score": most, "message": said}
