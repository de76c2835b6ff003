"""A check's result as a test cell shows it: a text, and the score that nbgrader reads. Copies, computes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from grader.locale import say
from grader.model import CheckResult
from grader.reports.terminal import SIGNS
from grader.reports.text import number, to_read

LENGTH = 20_000
OF_ITSELF = ("passed", "failed", "waiting", "not_attempted")  # outcomes whose message needs no name


@dataclass(frozen=True)
class Verdict:
    """`score` is None where a person has to look: the grader is at fault, or the cell is none of the exercise's."""

    text: str
    score: float | None


def verdict(check: CheckResult | None, points: float, reason: str, language: str) -> Verdict:
    """`points` are the cell's. If the check has others by now, no number would be right. `reason`: why there is no
    result at all."""
    if check is None:
        return Verdict(_clean(reason or say("nb_unknown_cell", language)), None)
    head = f"{SIGNS.get(check.outcome, '✘')} {check.id} {check.title[language]}"
    if check.outcome not in OF_ITSELF:
        head += f" [{say('outcome_' + check.outcome, language)}]"
    message = "\n".join(check.messages[language].splitlines()[1:])
    if check.outcome == "broken":
        return Verdict(_clean("\n".join([head, say("no_score", language), message])), None)
    if float(check.max_score) != points:
        return Verdict(_clean(say("nb_other_points", language, points=points, now=check.max_score)), None)
    worth = say("nb_points", language, score=to_read(check.score, check.max_score), max=number(check.max_score, 2))
    # the judge rounds to four digits: two thirds of two points would be more than there are
    return Verdict(_clean("\n".join(filter(None, [head, worth, message]))), min(float(check.score), points))


def _clean(text: str) -> str:
    kept = "".join(c if c == "\n" or c.isprintable() else "\ufffd" for c in text[:LENGTH])
    return kept + (" […]" if len(text) > LENGTH else "") + "\n"
