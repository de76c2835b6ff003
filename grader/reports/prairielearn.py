"""PrairieLearn's results.json: a fraction of the whole, at most 1 MiB; what cannot be graded spends no attempt."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.model import Attempt, CheckResult
from grader.reports.text import MESSAGE_LIMIT, about, as_text, facts, message, reason, title

MOST_BYTES = 1 << 20  # above it the whole result is discarded
LIMITS = (MESSAGE_LIMIT, 4_000, 500, 100, 0)  # characters of a message


def write(attempt: Attempt, language: str) -> str:
    for limit in LIMITS:
        text = as_text(_result(attempt, language, limit))
        if len(text) <= MOST_BYTES:  # all of it is ASCII
            break
    return text


def fraction(attempt: Attempt) -> float:
    """Between 0 and 1, and 1 only for an attempt that passed."""
    if attempt.outcome == "passed":
        return 1.0
    if not attempt.score or attempt.max_score <= 0:
        return 0.0
    return float(min(Fraction(1), max(Fraction(0), Fraction(attempt.score) / Fraction(attempt.max_score))))


def _result(attempt: Attempt, language: str, limit: int) -> dict[str, Any]:
    gradable = attempt.score is not None and attempt.outcome not in ("broken", "missing")
    why = "" if gradable else reason(attempt, language, max(limit, 100))
    return {
        "gradable": gradable,
        "score": fraction(attempt) if gradable else 0.0,
        "message": why,
        "output": "",
        "format_errors": [why] if attempt.outcome == "missing" else [],
        "images": [],
        "tests": [_test(check, language, limit) for check in attempt.checks],
        **about(attempt),
    }


def _test(check: CheckResult, language: str, limit: int) -> dict[str, Any]:
    ours = check.outcome == "broken"  # 0 of 0 is shown as neither right nor wrong
    return {
        "name": check.id,
        "description": title(check, language),
        "points": 0 if ours else check.score,
        "max_points": 0 if ours else check.max_score,
        "message": message(check, language, limit),
        "output": "",
        "images": [],
        **facts(check),
    }
