"""GitHub's job summary: a table per attempt, the messages below it. Shortened to fit: too much is dropped whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.locale import say
from grader.model import Attempt, CheckResult
from grader.reports.text import TITLE_LIMIT, happened, message, one_line, out_of, reason, title

MOST_BYTES = 1 << 20  # of one step
LIMITS = (4_000, 500, 0)  # characters of a message
SIGNS = {"passed": "✓", "not_attempted": "○", "broken": "!", "waiting": "…"}
NAMED = ("timeout", "memory", "crashed", "forbidden", "missing")  # with the limit, the signal, the name, the file
MARKUP = re.compile(r"[^\w\s.,;()'/=+-]|(?<![^\W_])_|_(?![^\W_])")  # `03_adam` may stay as it is
QUIET = ("passed", "not_attempted", "missing", "waiting")  # no message of their own below the table


def write(attempts: Sequence[Attempt], language: str, most: int = MOST_BYTES) -> str:
    """All attempts; where even the tables are too much, the overview alone; where that is, its beginning."""
    overview = _overview(attempts, language) if len(attempts) > 1 else ""
    for limit in LIMITS:
        text = overview + "".join(_section(attempt, language, limit) for attempt in attempts)
        if len(text.encode()) <= most:
            return text
    note = f"\n{say('summary_cut', language)}\n"
    room = most - len(note.encode())
    kept = (overview or text).encode()[:room].decode("utf-8", "ignore")
    return kept.rpartition("\n")[0] + "\n" + note


def _overview(attempts: Sequence[Attempt], language: str) -> str:
    head = [say("student", language), say("summary_exercise", language), say("summary_points", language), ""]
    rows = [
        [_cell(one.student), _cell(one.exercise), _points(one), say("outcome_" + one.outcome, language)]
        for one in attempts
    ]
    return _table(head, rows) + "\n"


def _section(attempt: Attempt, language: str, limit: int) -> str:
    who = f" · {_cell(attempt.student)}" if attempt.student else ""
    head = f"## {_cell(attempt.exercise)}{who} · {_points(attempt)} · {say('outcome_' + attempt.outcome, language)}\n\n"
    if attempt.outcome in ("missing", "broken"):
        head += _fence(reason(attempt, language, 500)) + "\n"
    if not attempt.checks:
        return head
    names = ["", "id", say("summary_check", language), say("summary_points", language)]
    rows = [_row(check, language) for check in attempt.checks]
    messages = "".join(
        _fence(message(check, language, limit)) + "\n"
        for check in attempt.checks
        if limit and check.outcome not in QUIET
    )
    return head + _table(names, rows) + "\n" + messages


def _row(check: CheckResult, language: str) -> list[str]:
    words = title(check, language)
    if check.outcome == "waiting":
        words += f" ({happened(check, language)})"
    elif check.outcome in NAMED:
        words += f" [{say('outcome_' + check.outcome, language)}: {happened(check, language)}]"
    elif check.outcome not in ("passed", "failed"):
        words += f" [{say('outcome_' + check.outcome, language)}]"
    points = "-" if check.outcome == "broken" else out_of(check.score, check.max_score)
    return [SIGNS.get(check.outcome, "✗"), _cell(check.id), _cell(words, 2 * TITLE_LIMIT), points]


def _points(attempt: Attempt) -> str:
    return "-" if attempt.score is None else out_of(attempt.score, attempt.max_score)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _cell(text: str, limit: int = TITLE_LIMIT) -> str:
    """Text that is no markup, no link and no end of a cell: each sign that could be is written by its number.

    `@name` and `#7` are looked for in what Markdown made: those signs stand apart from what follows, invisibly.
    """
    shown = MARKUP.sub(lambda found: f"&#{ord(found[0])};" + "&#8203;" * (found[0] in "@#"), one_line(text, limit))
    return re.sub(r"(?i)(www)\.", r"\1&#46;", shown)


def _fence(text: str) -> str:
    """A code block that the text cannot end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text}\n{ticks}\n"
