"""feedback/<student>.md: what one student reads, in one language, as Markdown in which no learner's text is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from grader.locale import say
from grader.model import Attempt, CheckResult
from grader.reports.class_report.facts import ClassFacts, Result, total
from grader.reports.class_report.messages import Message
from grader.reports.class_report.text import message_lines, name_of, visible
from grader.reports.terminal import SIGNS
from grader.reports.text import out_of

# What begins markup inside a line; in GitHub's dialect addresses are links, and dollars begin formulas.
MARKUP = re.compile(r"([\\`*_\[\]<>&#!~|@$]|:(?=//)|(?<=www)\.|(?<=mailto):|(?<=xmpp):)", re.IGNORECASE)
BACKTICKS = re.compile("`{3,}")


def feedback(name: str, attempts: Iterable[Attempt], facts: ClassFacts, message: Message, language: str) -> str:
    """The whole file. `message` gives a check's message as it may be shown."""
    attempts = list(attempts)
    results = [facts.sheets[attempt.exercise].results[attempt.student] for attempt in attempts]
    parts = [f"# {escaped(name_of(name, 200))}", _points(results, language)]
    for attempt in attempts:
        parts += _exercise(attempt, facts, message, language)
    return "\n\n".join(parts) + "\n"


def _points(results: list[Result], language: str) -> str:
    score, of = total(results)
    return say("points", language, score=out_of(score, of))


def _exercise(attempt: Attempt, facts: ClassFacts, message: Message, language: str) -> list[str]:
    sheet = facts.sheets[attempt.exercise]
    points = say("no_score", language)
    if attempt.score is not None:
        points = say("points", language, score=out_of(attempt.score, attempt.max_score))
    parts = [f"## {escaped(f'{sheet.number} · {sheet.title[language]}')}: {points}"]
    if attempt.outcome == "missing":
        return [*parts, *_fenced(_missing(attempt, message, language))]
    for check in attempt.checks:
        parts += _check(attempt, check, message, language)
    return parts


def _missing(attempt: Attempt, message: Message, language: str) -> list[str]:
    """All checks say the same where there is no file: once is enough."""
    first = next(iter(attempt.checks), None)
    return message_lines(message(attempt, first, language), first.title[language]) if first else []


def _check(attempt: Attempt, check: CheckResult, message: Message, language: str) -> list[str]:
    title = check.title.get(language, "")
    points = out_of(check.score, check.max_score)
    word = "" if check.outcome in ("passed", "failed") else f" ({say('outcome_' + check.outcome, language)})"
    line = f"- {SIGNS.get(check.outcome, '✘')} **{escaped(check.id)}** {escaped(title)}{word}: {points}"
    if check.outcome == "passed":
        return [line]
    return [line, *_fenced(message_lines(message(attempt, check, language), title), "  ")]


def _fenced(lines: list[str], indent: str = "") -> list[str]:
    """A block of code, which nothing inside can end."""
    if not lines:
        return []
    fence = max(["```", *(run + "`" for line in lines for run in BACKTICKS.findall(line))], key=len)
    return ["\n".join(indent + line for line in [f"{fence}text", *lines, fence])]


@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """Text that is no markup, whatever it holds, on one line."""
    return MARKUP.sub(r"\\\1", " ".join(visible(text).split()))
