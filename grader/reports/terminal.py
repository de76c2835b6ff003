"""An attempt as a learner reads it in a terminal: the score, a line per check, the first failure in full."""

from __future__ import annotations

import textwrap

from grader import catalog
from grader.judge.message import clean
from grader.locale import say
from grader.model import Attempt, CheckResult, Exercise
from grader.reports.text import out_of

WIDTH, NARROWEST = 78, 40
MOST_PRINTED = 2000  # characters of what the learner's code printed
SIGNS = {"passed": "✔", "waiting": "·", "not_attempted": "○", "missing": "○", "broken": "!"}
STYLES = {"passed": "green", "waiting": "yellow", "not_attempted": "yellow", "missing": "yellow", "broken": "magenta"}

Line = tuple[str, str]  # text, style ("" or a colour or "bold")


def lines(
    attempt: Attempt, exercise: Exercise, language: str, quiet: bool = False, of: int | None = None,
    columns: int = WIDTH,
) -> list[Line]:  # fmt: skip
    """The whole block. `quiet`: score and first failure only. `of`: how many checks there are, if not all ran.

    `columns`: of the terminal; in a narrow one scores stay on the line of their check.
    """
    width = max(NARROWEST, min(WIDTH, columns))
    title = f"{exercise.number} · {exercise.title[language]}"
    points = say("no_score", language)
    if attempt.score is not None:
        points = say("points", language, score=out_of(attempt.score, attempt.max_score))
    block: list[Line] = [(_two(title, "", points, width), "bold")]
    if of is not None and of > len(attempt.checks):
        block.append(("  " + say("only_some", language, ran=len(attempt.checks), all=of), ""))
    elif exercise.solutions is None:
        block.append(("  " + say("visible_only", language), ""))
    first = shown_in_full(attempt)
    for check in attempt.checks:
        if check is first:
            block += _whole(check, language, width)
            block += [(f"    {line}", "") for line in check.messages[language].splitlines()[1:]]
        elif not quiet:
            block.append(line_of(check, language, width))
    if _is_untouched(attempt):
        block.append((where_to_begin(exercise, language), ""))
    return block


def shown_in_full(attempt: Attempt) -> CheckResult | None:
    """The first check that did not pass; none of a file that nobody has begun."""
    if _is_untouched(attempt):
        return None
    return next((check for check in attempt.checks if check.outcome not in ("passed", "waiting")), None)


def _is_untouched(attempt: Attempt) -> bool:
    return all(check.outcome in ("not_attempted", "waiting") for check in attempt.checks)


def printed_lines(attempt: Attempt, printed: dict[str, str], language: str) -> list[Line]:
    """What the code printed in the check that is shown in full. `printed`: by check."""
    first = shown_in_full(attempt)
    text = clean(printed.get(first.id, "").rstrip(), MOST_PRINTED) if first else ""
    if first is None or not text:
        return []
    return [("  " + say("printed", language, id=first.id), ""), *((f"    {line}", "") for line in text.splitlines())]


def line_of(check: CheckResult, language: str, width: int = WIDTH) -> Line:
    return _two(*_parts(check, language), width), STYLES.get(check.outcome, "red")


def _whole(check: CheckResult, language: str, width: int) -> list[Line]:
    """As `line_of`, with a title that goes on below where it is long."""
    title, how, points = _parts(check, language)
    below = " " * (len(check.id) + 5)
    room = width - len(how) - len(points) - 1
    first, *others = textwrap.wrap(title.strip(), room, initial_indent="  ", subsequent_indent=below)
    style = STYLES.get(check.outcome, "red")
    return [(_two(first, how, points, width), style), *((line, style) for line in others)]


def _parts(check: CheckResult, language: str) -> tuple[str, str, str]:
    """Sign, id and title; how it ended, where the sign does not say it; the points."""
    how = ""
    if check.outcome == "waiting":
        how = f" ({check.messages[language].splitlines()[-1].strip()})"
    elif check.outcome not in ("passed", "failed", "not_attempted"):
        how = f" [{say('outcome_' + check.outcome, language)}]"
    title = f"  {SIGNS.get(check.outcome, '✘')} {check.id} {check.title[language]}"
    return title, how, out_of(check.score, check.max_score)


def _two(left: str, after: str, right: str, width: int) -> str:
    """Left and right text on one line; a long left text is cut, what comes `after` it is not."""
    room = width - len(right) - 1
    if len(left) > room - len(after):
        left = left[: max(0, room - len(after) - 1)] + "…"
    return f"{left + after:{room}} {right}"


def where_to_begin(exercise: Exercise, language: str) -> str:
    """The first line that is left to write, of a file that nobody has begun or that has not come far enough yet."""
    line = 0
    if exercise.stub.is_file():
        stub = exercise.stub.read_text("utf-8", "replace").splitlines()
        line = next((i for i, text in enumerate(stub, 1) if catalog.TO_WRITE in text), 0)
    place = f"exercises/{exercise.name}/{exercise.file_name}" + (f":{line}" if line else "")
    key = "go_on" if catalog.is_begun(exercise) else "begin"
    return "  " + say(key, language, place=place, readme="README.es.md" if language == "es" else "README.md")
