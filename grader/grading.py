"""Grades a class over any executor: every student's every exercise gets an attempt, whatever is among them."""

from __future__ import annotations

import atexit
import concurrent.futures
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader import __version__, catalog
from grader.errors import BadSubmission
from grader.judge.attempt import Judging, digest, judge
from grader.judge.cache import ValueCache, key_of
from grader.ledger import Ledger
from grader.model import Attempt
from grader.sandbox import WorkerSource
from grader.sandbox.fences import NONE, Fence
from grader.sandbox.plain import PlainWorkers
from grader.sandbox.warm import FencedWorkers
from grader.submissions import HandIn


@dataclass(frozen=True)
class Task:
    """All that one attempt depends on; it can be sent to another process."""

    hand_in: HandIn
    files: dict[str, bytes] | None
    refused: str
    seed: str

    def key(self) -> str:
        """Changes when the submission, the exercise, the seed or the grader does."""
        exercise = _exercise_digest(self.hand_in.exercise.folder)
        return key_of(__version__, digest(self.files), self.refused, exercise, self.seed)


def task_of(hand_in: HandIn, seed: str) -> Task:
    """Reads the hand-in. What cannot be taken is refused, with the reason."""
    if hand_in.origin is None:
        return Task(hand_in, None, "", seed)
    try:
        return Task(hand_in, hand_in.read(), "", seed)
    except BadSubmission as problem:
        return Task(hand_in, None, str(problem), seed)


def attempt_of(task: Task, source: WorkerSource, cache: ValueCache) -> Attempt:
    exercise = task.hand_in.exercise
    judging = Judging(
        exercise, catalog.load_checks(exercise.folder), task.files,
        source=source, cache=cache, seed=task.seed, refused=task.refused,
    )  # fmt: skip
    return judge(judging, task.hand_in.student)


def grade(hand_ins: list[HandIn], ledger: Ledger, fence: Fence, seed: str, jobs: int) -> Iterator[Attempt]:
    """An attempt for each, as soon as it is known and in the ledger. Those that the ledger has already come first."""
    todo: list[Task] = []
    for hand_in in hand_ins:
        task = task_of(hand_in, seed)
        known = ledger.find(hand_in.student, hand_in.exercise.name, task.key())
        if known is not None:
            yield known
        else:
            todo.append(task)
    spawn = multiprocessing.get_context("spawn")  # a judge has threads and frameworks: it is not forked
    with concurrent.futures.ProcessPoolExecutor(jobs, spawn, _open, (fence,)) as executor:
        waiting = {executor.submit(_attempt, task): task for task in todo}
        for done in concurrent.futures.as_completed(waiting):
            attempt = done.result()
            ledger.put(attempt, waiting.pop(done).key())
            yield attempt


_tools: tuple[WorkerSource, ValueCache]


def _open(fence: Fence) -> None:
    """In each process of the pool: workers and cache, kept for all its attempts."""
    global _tools
    source: WorkerSource = PlainWorkers() if fence == NONE else FencedWorkers(fence)
    _tools = source, ValueCache()
    atexit.register(source.close)


def _attempt(task: Task) -> Attempt:
    return attempt_of(task, *_tools)


@cache
def _exercise_digest(folder: Path) -> str:
    exercise = catalog.load(folder)
    parts = [folder, *([exercise.solutions] if exercise.solutions else [])]
    files = sorted(file for part in parts for kind in ("*.py", "*.toml", "mistakes/*.py") for file in part.glob(kind))
    return key_of(*(part for file in files if file != exercise.stub for part in (file.name, file.read_bytes())))
