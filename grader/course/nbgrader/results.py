"""A submission's attempt: out of the ledger of a `kata grade` that judged exactly this, else judged here and now."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

from grader.errors import FenceMissing, KataError
from grader.grading import Run, attempt_of, task_of, without_running
from grader.ledger import Ledger
from grader.locale import say
from grader.model import Attempt, Finding
from grader.sandbox.fences import NONE, Fence, best
from grader.submissions import HandIn


def attempt_for(hand_in: HandIn, results: Path, trust: bool) -> Attempt:
    """`results`: the folder of an earlier run, which may not be there. Raises KataError where nothing can be judged."""
    seed, known = _from_ledger(hand_in, results)
    if known is not None:
        return known
    task = task_of(hand_in, Run(seed or _seed(), _fence(trust)))
    try:
        return attempt_of(task)
    except Exception as problem:  # what nobody foresaw costs one attempt, not the run
        text = str(problem) if isinstance(problem, KataError) else f"{type(problem).__name__}: {problem}"
        return without_running(task, "broken", Finding("broken", {"text": text[:500]}))


def _from_ledger(hand_in: HandIn, results: Path) -> tuple[str | None, Attempt | None]:
    """The seed of the earlier run, and its attempt if submission, exercise and grader are the same as then."""
    try:
        ledger = Ledger.existing(results)
    except KataError:  # there is none, or a run is writing it
        return None, None
    try:
        seed = ledger.seed()
        if seed is None:
            return None, None
        task = task_of(hand_in, Run(seed, NONE))
        return seed, ledger.find(hand_in.student, hand_in.exercise.name, task.key())
    finally:
        ledger.close()


@cache
def _seed() -> str:
    """One for all submissions that this process judges."""
    return secrets.token_hex(8)


def _fence(trust: bool) -> Fence:
    fence = _best()
    if fence == NONE and not trust:
        raise FenceMissing(say("no_fence"))
    return fence


@cache
def _best() -> Fence:
    return best()
