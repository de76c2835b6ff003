"""exercism's results.json, version 3: what passed and what did not, without points."""

from __future__ import annotations

from typing import Any

from grader.model import Attempt, CheckResult
from grader.reports.text import as_text, message, reason, title

STATUS = {
    "passed": "pass", "error": "error", "timeout": "error", "memory": "error", "crashed": "error", "broken": "error",
}  # fmt: skip
TOP_LIMIT = 65_535


def write(attempt: Attempt, language: str) -> str:
    """The top is `error` only where nothing could be run: its message is then all that a learner sees."""
    nothing = attempt.outcome in ("broken", "missing")
    status = "error" if nothing else "pass" if attempt.outcome == "passed" else "fail"
    return as_text(
        {
            "version": 3,
            "status": status,
            "message": reason(attempt, language, TOP_LIMIT) if nothing else None,
            "tests": [_test(check, language) for check in attempt.checks],
        }
    )


def _test(check: CheckResult, language: str) -> dict[str, Any]:
    return {
        "name": f"{check.id} {title(check, language)}",
        "status": STATUS.get(check.outcome, "fail"),
        "message": message(check, language) or None,
        "output": None,
    }
