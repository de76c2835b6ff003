"""What a check's message is in a report: as the learner reads it, or nothing but our own words."""

from __future__ import annotations

from collections.abc import Callable

from grader.locale import say
from grader.model import Attempt, CheckResult, Exercise

Message = Callable[[Attempt, CheckResult, str], str]


def as_written(attempt: Attempt, check: CheckResult, language: str) -> str:
    return check.messages.get(language, "")


def without_their_words(exercises: dict[str, Exercise]) -> Message:
    """For an anonymous report. A message may quote the learner's code, where a name may stand in any form, so nothing
    of it is kept: what remains is the outcome, and the recognised misconception in the course's words."""

    def message(attempt: Attempt, check: CheckResult, language: str) -> str:
        if check.outcome == "passed":
            return ""
        lines = [say("outcome_" + check.outcome, language)]
        exercise = exercises.get(attempt.exercise)
        known = exercise.misconceptions if exercise else {}
        for id in check.misconceptions:
            title = known[id].title[language] if id in known else ""
            lines.append(say("recognised", language, id=id, title=title))
            lines += [f"    {line}" for line in (known[id].explanation[language].splitlines() if id in known else [])]
        return "\n".join(lines)

    return message
