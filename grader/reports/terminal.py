"""An attempt as a learner reads it in a terminal: the score, a line per check, the first failure in full."""

from __future__ import annotations

from grader.locale import say
from grader.model import Attempt, CheckResult, Exercise
from grader.reports.text import out_of

WIDTH = 78
SIGNS = {"passed": "✔", "waiting": "·", "not_attempted": "○", "missing": "○", "broken": "!"}
STYLES = {"passed": "green", "waiting": "yellow", "not_attempted": "yellow", "missing": "yellow", "broken": "magenta"}

Line = tuple[str, str]  # text, style ("" or a colour or "bold")


def lines(
    attempt: Attempt, exercise: Exercise, language: str, quiet: bool = False, of: int | None = None
) -> list[Line]:
    """The whole block. `quiet`: score and first failure only. `of`: how many checks there are, if not all ran."""
    title = f"{exercise.number} · {exercise.title[language]}"
    points = say("no_score", language)
    if attempt.score is not None:
        points = say("points", language, score=out_of(attempt.score, attempt.max_score))
    block: list[Line] = [(_two(title, points), "bold")]
    if of is not None and of > len(attempt.checks):
        block.append(("  " + say("only_some", language, ran=len(attempt.checks), all=of), ""))
    elif exercise.solutions is None:
        block.append(("  " + say("visible_only", language), ""))
    first = next((check for check in attempt.checks if check.outcome not in ("passed", "waiting")), None)
    untouched = all(check.outcome in ("not_attempted", "waiting") for check in attempt.checks)
    for check in attempt.checks:
        in_full = check is first and not untouched
        if not quiet or in_full:
            block.append(line_of(check, language))
        if in_full:
            block += [(f"    {line}", "") for line in check.messages[language].splitlines()[1:]]
    if untouched:
        block.append((where_to_begin(exercise, language), ""))
    return block


def line_of(check: CheckResult, language: str) -> Line:
    text = f"  {SIGNS.get(check.outcome, '✘')} {check.id} {check.title[language]}"
    if check.outcome == "waiting":
        text += f" ({check.messages[language].splitlines()[-1].strip()})"
    elif check.outcome not in ("passed", "failed", "not_attempted"):
        text += f" [{say('outcome_' + check.outcome, language)}]"
    return _two(text, out_of(check.score, check.max_score)), STYLES.get(check.outcome, "red")


def _two(left: str, right: str) -> str:
    """Left and right text on one line; a long left text is cut."""
    room = WIDTH - len(right) - 1
    if len(left) > room:
        left = left[: room - 1] + "…"
    return f"{left:{room}} {right}"


def where_to_begin(exercise: Exercise, language: str) -> str:
    line = 0
    if exercise.stub.is_file():
        stub = exercise.stub.read_text("utf-8", "replace").splitlines()
        line = next((i for i, text in enumerate(stub, 1) if "raise NotImplementedError" in text), 0)
    place = f"exercises/{exercise.name}/{exercise.file_name}" + (f":{line}" if line else "")
    return "  " + say("begin", language, place=place, readme="README.es.md" if language == "es" else "README.md")
