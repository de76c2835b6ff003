"""Grades a class over any executor: every student's every exercise gets an attempt, whatever is among them."""

from __future__ import annotations

import atexit
import concurrent.futures
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader import __version__, catalog
from grader.errors import BadSubmission, KataError
from grader.executors import Executors, is_loss
from grader.judge.attempt import Judging, digest, judge
from grader.judge.cache import ValueCache, key_of
from grader.ledger import Ledger
from grader.locale import say
from grader.model import Attempt, Finding
from grader.sandbox import WorkerSource
from grader.sandbox.fences import Fence
from grader.sandbox.plain import PlainWorkers
from grader.sandbox.sources import workers_behind
from grader.submissions import HandIn

CHANCES = 3  # of an attempt whose worker was killed
KILLED = 9  # SIGKILL, which not every system knows
ALONE = 10  # of a task that was under way when a process of the pool was killed: it is hardly ever the task's doing


@dataclass(frozen=True)
class Task:
    """All that one attempt depends on; it can be sent to another process."""

    hand_in: HandIn
    files: dict[str, bytes] | None
    refused: str
    seed: str
    fence: Fence

    def key(self) -> str:
        """Changes when the submission, the exercise, the seed or the grader does."""
        exercise = _exercise_digest(self.hand_in.exercise.folder)
        return key_of(__version__, digest(self.files), self.refused, exercise, self.seed)


@dataclass(frozen=True)
class Run:
    """What holds for all attempts of a run. `deadline`: on time.monotonic()'s clock, None for no end."""

    seed: str
    fence: Fence
    deadline: float | None = None


def task_of(hand_in: HandIn, run: Run) -> Task:
    """Reads the hand-in. What cannot be taken is refused, with the reason."""
    files, refused = None, ""
    if hand_in.origin is not None:
        try:
            files = hand_in.read()
        except BadSubmission as problem:
            refused = str(problem)
    return Task(hand_in, files, refused, run.seed, run.fence)


def grade(hand_ins: Iterable[HandIn], ledger: Ledger, executors: Executors, run: Run) -> Iterator[Attempt]:
    """An attempt for each hand-in, as soon as it is known and in the ledger; what the ledger has already is not made.

    What the run's deadline leaves over is a timeout that says so, and is graded when the run is resumed.
    """
    executor = executors.open()
    under_way: dict[concurrent.futures.Future[Attempt], Task] = {}
    for hand_in in hand_ins:
        task = task_of(hand_in, run)
        known = ledger.find(hand_in.student, hand_in.exercise.name, task.key())
        if known is not None:
            yield known
            continue
        if run.deadline is not None and time.monotonic() > run.deadline:
            yield _kept(without_running(task, "timeout", Finding("run_ended")), task, ledger)
            continue
        try:
            under_way[executor.submit(attempt_of, task)] = task
        except concurrent.futures.BrokenExecutor:
            lost: concurrent.futures.Future[Attempt] = concurrent.futures.Future()
            lost.set_exception(concurrent.futures.BrokenExecutor())
            under_way[lost] = task
        while len(under_way) >= executors.ahead:
            executor = yield from _collect(under_way, ledger, executors, executor)
    while under_way:
        executor = yield from _collect(under_way, ledger, executors, executor)


def _collect(
    under_way: dict[concurrent.futures.Future[Attempt], Task],
    ledger: Ledger, executors: Executors, executor: concurrent.futures.Executor,
) -> Generator[Attempt, None, concurrent.futures.Executor]:  # fmt: skip
    """Wait for the next results and give them out. Returns the executor to go on with."""
    done, _ = concurrent.futures.wait(under_way, return_when=concurrent.futures.FIRST_COMPLETED)
    lost = []
    for future in done:
        task = under_way.pop(future)
        problem = future.exception()
        if problem is not None and is_loss(problem):
            lost.append(task)
        else:
            yield _kept(future.result() if problem is None else _broken(task, problem), task, ledger)
    for task in lost:  # one of them may have done it: each is tried alone
        attempt, executor = _alone(task, executors)
        yield _kept(attempt, task, ledger)
    return executor


def _alone(task: Task, executors: Executors) -> tuple[Attempt, concurrent.futures.Executor]:
    for _ in range(ALONE):
        executor = executors.open()
        try:
            return executor.submit(attempt_of, task).result(), executor
        except Exception as problem:
            if not is_loss(problem):
                return _broken(task, problem), executor
    return without_running(task, "broken", Finding("broken", {"text": say("judge_lost")})), executors.open()


def _broken(task: Task, problem: BaseException) -> Attempt:
    """What nobody foresaw costs one attempt, not the run."""
    text = str(problem) if isinstance(problem, KataError) else f"{type(problem).__name__}: {problem}"
    return without_running(task, "broken", Finding("broken", {"text": text[:500]}))


def _kept(attempt: Attempt, task: Task, ledger: Ledger) -> Attempt:
    """In the ledger from now on. What is our fault or was not reached has no key: --resume makes it again."""
    not_made = attempt.outcome == "broken" or (attempt.outcome == "timeout" and not attempt.seconds)
    ledger.put(attempt, "" if not_made else task.key())
    return attempt


def attempt_of(task: Task) -> Attempt:
    """Judge in this process. A worker that was killed, or a fault of ours, may be the machine's: it is tried again."""
    source, cache = _tools(task.fence)
    for _ in range(CHANCES):
        judging = _judging(task, source, cache)
        attempt = judge(judging, task.hand_in.student)
        if not (attempt.outcome == "broken" or _was_killed(judging)):
            break
    return attempt


def _was_killed(judging: Judging) -> bool:
    findings = [result.finding for results in judging.results.values() for result in results]
    return any(finding and finding.facts.get("signal") == KILLED for finding in findings)


def without_running(task: Task, outcome: str, finding: Finding) -> Attempt:
    """The attempt whose every check ended so before it began."""
    judging = _judging(task, PlainWorkers(), ValueCache())
    judging.end_all(outcome, finding)
    return judging.attempt(task.hand_in.student)


def _judging(task: Task, source: WorkerSource, cache: ValueCache) -> Judging:
    exercise = catalog.load(task.hand_in.exercise.folder)  # this process's own: what came with the task is a copy
    checks = catalog.load_checks(exercise.folder)
    return Judging(exercise, checks, task.files, source=source, cache=cache, seed=task.seed, refused=task.refused)


_of_this_thread = threading.local()  # warm parents end with the thread that started them


def _tools(fence: Fence) -> tuple[WorkerSource, ValueCache]:
    """Workers and cache, kept for all attempts of this thread."""
    if getattr(_of_this_thread, "fence", None) != fence:
        source = workers_behind(fence)
        atexit.register(source.close)
        _of_this_thread.tools, _of_this_thread.fence = (source, ValueCache()), fence
    tools: tuple[WorkerSource, ValueCache] = _of_this_thread.tools
    return tools


@cache
def _exercise_digest(folder: Path) -> str:
    exercise = catalog.load(folder)
    parts = [folder, *([exercise.solutions] if exercise.solutions else [])]
    files = sorted(file for part in parts for kind in ("*.py", "*.toml", "mistakes/*.py") for file in part.glob(kind))
    return key_of(*(part for file in files if file != exercise.stub for part in (file.name, file.read_bytes())))
