"""Gradescope's results.json. A broken attempt has none, which Gradescope records as a failure of the autograder."""

from __future__ import annotations

from typing import Any

from grader.model import Attempt, CheckResult
from grader.reports.text import about, as_text, facts, message, reason, slug, title

VISIBILITY = {"visible": "visible", "hidden": "after_published"}


def write(attempt: Attempt, language: str) -> str | None:
    if attempt.score is None:
        return None
    return as_text(
        {
            "score": attempt.score,
            "execution_time": attempt.seconds,
            "output": reason(attempt, language) if attempt.outcome == "missing" else "",
            "output_format": "text",  # the default would be HTML
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": about(attempt),
            "tests": [_test(check, attempt, language) for check in attempt.checks],
        }
    )


def _test(check: CheckResult, attempt: Attempt, language: str) -> dict[str, Any]:
    return {
        "number": check.id,
        "name": title(check, language),
        "name_format": "text",
        "status": "passed" if check.outcome == "passed" else "failed",
        "score": check.score,
        "max_score": check.max_score,
        "output": message(check, language),
        "output_format": "text",
        "tags": [slug(attempt)],
        "visibility": VISIBILITY.get(check.visibility, "after_published"),
        "extra_data": facts(check),
    }
