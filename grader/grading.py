"""Grades a class: every student's every exercise gets an attempt, whatever is among them."""

from __future__ import annotations

from collections.abc import Iterator

from grader import catalog
from grader.errors import BadSubmission
from grader.judge.attempt import Judging, judge
from grader.judge.cache import ValueCache
from grader.model import Attempt
from grader.sandbox import WorkerSource
from grader.submissions import HandIn, read


def grade_one(hand_in: HandIn, source: WorkerSource, cache: ValueCache, seed: str) -> Attempt:
    """The attempt of one hand-in. What cannot be read is `missing`, with the reason."""
    exercise = hand_in.exercise
    files, reason = None, ""
    if hand_in.path is not None:
        try:
            files = read(hand_in.path, exercise)
        except BadSubmission as problem:
            reason = str(problem)
    judging = Judging(
        exercise, catalog.load_checks(exercise.folder), files, source=source, cache=cache, seed=seed, refused=reason
    )
    return judge(judging, hand_in.student)


def grade(hand_ins: list[HandIn], source: WorkerSource, cache: ValueCache, seed: str) -> Iterator[tuple[HandIn, Attempt]]:
    """Attempts in the order of `hand_ins`, each as soon as it is known."""
    for hand_in in hand_ins:
        yield hand_in, grade_one(hand_in, source, cache, seed)
