"""What a person reads on GitHub: badges, tables, messages. As long as its place allows, measured in bytes."""

from __future__ import annotations

from collections.abc import Sequence

from grader.locale import say
from grader.model import Attempt
from grader.reports import summary
from grader.reports.text import out_of

COMMENT_LIMIT = 65_536  # characters; a byte is no less than one
MARK = "<!-- gradkata: feedback -->"
MOST_BADGES = 60


def page(attempts: Sequence[Attempt], language: str, room: int = summary.MOST_BYTES) -> str:
    badges = _badges(attempts) if len({one.student for one in attempts}) == 1 else ""
    return badges + summary.write(attempts, language, room - len(badges.encode()))


def comment(attempts: Sequence[Attempt], commit: str, language: str) -> str:
    head = f"{MARK}\n{say('actions_comment', language, commit=commit[:10])}\n\n"
    return head + page(attempts, language, COMMENT_LIMIT - len(head.encode()))


def _badges(attempts: Sequence[Attempt]) -> str:
    """A word and a sign each, written by us: no picture is fetched from anywhere."""
    shown = [f"{sign(one)} `{one.exercise} {points(one)}`" for one in attempts[:MOST_BADGES]]
    return " ".join(shown) + "\n\n"


def sign(attempt: Attempt) -> str:
    if attempt.score is None:
        return "⚠️"
    if attempt.outcome in ("missing", "not_attempted"):
        return "⚪"
    return "🟢" if attempt.outcome == "passed" else "🟡" if attempt.score > 0 else "🔴"


def points(attempt: Attempt) -> str:
    return "-" if attempt.score is None else out_of(attempt.score, attempt.max_score)
