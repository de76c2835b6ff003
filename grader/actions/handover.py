"""attempts.json: what the job that runs learners' code hands to the job that may write. Read without trust."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

from grader.catalog import NAME
from grader.errors import KataError
from grader.locale import say
from grader.model import LANGUAGES, OUTCOMES, Attempt, CheckResult

FILE_LIMIT = 256 << 20
TEXT_LIMIT = 20_000  # characters of a message that are handed over
MOST_POINTS = 1e6


def write(attempts: Iterable[Attempt], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([_plain(one) for one in attempts], allow_nan=False), "ascii")


def _plain(attempt: Attempt) -> dict[str, Any]:
    facts = dataclasses.asdict(attempt)
    for check in facts["checks"]:
        check["messages"] = {name: text[:TEXT_LIMIT] for name, text in check["messages"].items()}
    return facts


def read(file: Path) -> list[Attempt]:
    """Raises KataError unless the file is exactly what `write` writes: fields, types, ranges."""
    try:
        if file.stat().st_size > FILE_LIMIT:
            raise ValueError(file)
        return [_attempt(facts) for facts in json.loads(file.read_bytes())]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise KataError(say("actions_bad_handover", file=file)) from None


def _attempt(facts: dict[str, Any]) -> Attempt:
    one = Attempt(**facts)
    one.checks = [CheckResult(**check) for check in facts["checks"]]
    _all_texts([one.student, one.seed, one.grader_version, one.submission_sha256, *one.fence])
    _all_texts([*one.versions.keys(), *one.versions.values()])
    _points(one.score, one.max_score, none=one.outcome == "broken")
    _demand(NAME.fullmatch(one.exercise) is not None and one.outcome in OUTCOMES)
    for check in one.checks:
        _check(check)
    return one


def _check(check: CheckResult) -> None:
    _all_texts([check.id, check.visibility, *check.misconceptions, *check.title.values(), *check.messages.values()])
    _demand(sorted(check.title) == sorted(check.messages) == sorted(LANGUAGES))
    _demand(check.outcome in OUTCOMES and (check.hint is None or type(check.hint) is int))
    _points(check.score, check.max_score)


def _points(score: Any, most: Any, none: bool = False) -> None:
    if none:
        _demand(score is None)
        score = 0
    _demand(all(type(value) in (int, float) and isfinite(value) for value in (score, most)))
    _demand(0 <= score <= most <= MOST_POINTS)


def _all_texts(values: Iterable[Any]) -> None:
    _demand(all(isinstance(value, str) and len(value) <= TEXT_LIMIT for value in values))


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError
