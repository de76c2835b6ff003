"""GitHub's annotations: workflow commands on standard output, at most ten, worst first, a line each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.locale import say
from grader.model import OUTCOMES, Attempt, CheckResult
from grader.reports.text import message, plain, reason, slug, title

MOST, MESSAGE_LIMIT = 10, 4_000  # GitHub keeps ten of a kind a step, and 4,096 characters of a message
LEVEL = {
    **dict.fromkeys(("failed", "error", "timeout", "memory", "crashed", "forbidden"), "error"),
    **dict.fromkeys(("missing", "broken"), "warning"),
}  # passed, waiting and not_attempted have none
PLACE = re.compile(r"(?P<file>\w[\w./-]{0,100}\.py):(?P<line>\d{1,7})\b")


@dataclass(frozen=True)
class Annotation:
    level: str
    file: str
    line: str
    title: str
    message: str
    rank: int


def write(attempts: Iterable[Attempt], language: str) -> str:
    """A line each; empty if there is nothing to say."""
    found = [one for attempt in attempts for one in _of(attempt, language)]
    return "".join(_command(one) + "\n" for one in sorted(found, key=lambda one: one.rank)[:MOST])


def _of(attempt: Attempt, language: str) -> list[Annotation]:
    folder = f"exercises/{attempt.exercise}"
    if attempt.outcome == "missing":  # one is enough
        why = reason(attempt, language)
        return [
            Annotation("warning", f"{folder}/{slug(attempt)}.py", "", attempt.exercise, why, OUTCOMES.index("missing"))
        ]
    found = []
    for check in attempt.checks:
        if level := LEVEL.get(check.outcome):
            file, line = place(check, f"{slug(attempt)}.py")
            name = f"{check.id} {title(check, language)}"
            said = message(check, language)
            found.append(Annotation(level, f"{folder}/{file}", line, name, said, OUTCOMES.index(check.outcome)))
    return found


def place(check: CheckResult, file: str) -> tuple[str, str]:
    """The learner's file and line, from the last line of the message, which is ours; else the exercise's file."""
    last = plain(check.messages["en"]).rpartition("\n")[2]
    start = "    " + say("place", "en", place="")
    found = PLACE.match(last[len(start) :]) if last.startswith(start) else None
    return (found["file"], found["line"]) if found and ".." not in found["file"] else (file, "")


def _command(one: Annotation) -> str:
    properties = {"file": one.file, "line": one.line, "title": one.title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{one.level} {listed}::{_data(one.message[:MESSAGE_LIMIT])}"


def _data(text: str) -> str:
    """No line ends; and what older readers look for in the middle of a line is broken up, invisibly."""
    text = plain(text, MESSAGE_LIMIT).replace("::", ":\u200b:").replace("##[", "##\u200b[")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text.replace("::", ": :")).replace(":", "%3A").replace(",", "%2C")
