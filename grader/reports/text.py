"""Texts and numbers as they may stand in other systems' files. A learner's code has chosen some of the texts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from grader.locale import say
from grader.model import Attempt, CheckResult

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")  # what terminals obey
TITLE_LIMIT, MESSAGE_LIMIT = 200, 20_000
CUT = " […]"


def plain(text: str, limit: int = MESSAGE_LIMIT, instead: Callable[[str], str] = lambda sign: "\ufffd") -> str:
    """The text without escape sequences; `instead` of what cannot be encoded or shown; cut visibly."""
    much = text[: 2 * limit + 1]  # of a megabyte no more is looked at
    much = ESCAPES.sub("", much).replace("\r\n", "\n").replace("\t", "    ")
    text = cut(much if len(text) <= 2 * limit else much + " " * limit, limit)
    if text.replace("\n", "").isprintable():  # no lone surrogate is
        return text
    return "".join(c if c == "\n" or c.isprintable() else instead(c) for c in text)


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - len(CUT))] + CUT


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    return cut(" ".join(plain(text, 2 * limit).split()), limit)


def title(check: CheckResult, language: str) -> str:
    return one_line(check.title[language])


def message(check: CheckResult, language: str, limit: int = MESSAGE_LIMIT) -> str:
    return plain(check.messages[language], limit)


def happened(check: CheckResult, language: str) -> str:
    """What ended the check, in one line: the message without its title, the call and the place."""
    around = tuple(say(key, language, **{key: ""}).strip() for key in ("call", "case", "place"))
    lines = (line.strip() for line in message(check, language).splitlines()[1:])
    return one_line(next((line for line in lines if line and not line.startswith(around)), ""))


def reason(attempt: Attempt, language: str, limit: int = MESSAGE_LIMIT) -> str:
    """Why nothing could be graded: what the first check of the attempt's outcome says, without its title."""
    first = next((check for check in attempt.checks if check.outcome == attempt.outcome), None)
    said = message(first, language, limit).partition("\n")[2] if first else ""
    lines = "\n".join(line.strip() for line in said.splitlines()).strip()
    if lines:
        return lines
    if attempt.outcome == "broken":
        return say("broken", language, text="")
    return say("missing", language, file=f"{slug(attempt)}.py")


def slug(attempt: Attempt) -> str:
    """`adam` of `03_adam`."""
    return attempt.exercise.partition("_")[2] or attempt.exercise


def number(value: float, digits: int = 4) -> str:
    """Points as a decimal number with a point, without an exponent and without needless zeros."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def to_read(score: float, most: float) -> str:
    """Points for people: two decimals at most, and never all of them by rounding. 5.1667 of 20 is 5.17."""
    text = number(score, 2)
    return number(math.floor(score * 100) / 100, 2) if score < most and text == number(most, 2) else text


def out_of(score: float, most: float) -> str:
    """`5.17/20`"""
    return f"{to_read(score, most)}/{number(most, 2)}"


def facts(check: CheckResult) -> dict[str, Any]:
    """What other systems have no field for, where they take any keys."""
    return {
        "outcome": check.outcome,
        "misconceptions": [one_line(name) for name in check.misconceptions],
        "hint": check.hint,
    }


def about(attempt: Attempt) -> dict[str, Any]:
    """What a number is worth: which code, which seed, which grader."""
    return {
        "exercise": attempt.exercise,
        "outcome": attempt.outcome,
        "seed": plain(attempt.seed, TITLE_LIMIT),
        "grader_version": attempt.grader_version,
        "submission_sha256": attempt.submission_sha256,
    }


def as_text(value: Any) -> str:
    """Strict JSON: no nan, ASCII only."""
    return json.dumps(value, allow_nan=False, ensure_ascii=True, indent=1) + "\n"
