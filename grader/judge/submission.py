"""The submission as a check sees it: `submission.run("scenario", values)`; values go in, values come out."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import BadExercise, KataError, LearnerRaised, WorkerDied, WorkerProblem, WorkerTimeout
from grader.judge import trace
from grader.judge.cache import MISSING, ValueCache, copied, key_of
from grader.judge.matchers import Raised
from grader.model import Exercise
from grader.sandbox import WorkerSource
from grader.sandbox.link import Worker
from grader.worker.session import compiled
from grader.worker.values import encode

KILLED_CODE = 9  # a scenario that plays a killed process ends with os._exit(9)
NEVER_EXPECTED = ("NotImplementedError", "ForbiddenImport", "SystemExit", "MemoryError")


@dataclass
class Allowance:
    """How long a submission's workers may take in a check and what is left of it; what they took in all checks."""

    seconds: float
    left: float
    spent: float = 0.0
    answered: bool = False


class Submission:
    """One submission's workers. One lives until it dies, hangs or is restarted; the next run then gets a new one."""

    def __init__(
        self, exercise: Exercise, files: dict[str, bytes], source: WorkerSource, cache: ValueCache, seed: int,
        runtime: str = "", time: Allowance | None = None,
    ) -> None:  # fmt: skip
        self.exercise, self.files, self.seed = exercise, files, seed
        self.runtime = runtime or exercise.runtime
        self._source, self._cache = source, cache
        self._time = time or Allowance(exercise.deadline, exercise.deadline)
        self._others: dict[str, Submission] = {}
        self._worker: Worker | None = None
        self._folder: str | None = None
        self._sent: set[str] = set()
        self._load_problem: WorkerProblem | None = None
        self._visibility = "visible"
        self.held: list[str] = []

    @property
    def loaded(self) -> bool:
        """Could the learner's file be imported, as far as it was tried?"""
        return self._load_problem is None

    def begin(self, visibility: str, seconds: float) -> None:
        """A new check: where its scenarios lie, and how long the learner's code may take in it."""
        self._time.seconds = self._time.left = seconds
        self._time.answered = False
        for one in (self, *self._others.values()):
            one._visibility = visibility
            one._drop_folder()

    @property
    def spent(self) -> float:
        """Seconds that workers took to answer; the judge's own time is nobody's fault and costs nobody."""
        return self._time.spent

    @property
    def answered(self) -> bool:
        """Did a worker give a value in this check?"""
        return self._time.answered

    def on(self, runtime: str) -> Submission:
        """The same submission in a worker of another runtime, one of exercise.toml's `other_runtimes`.

        The check's time is for all of them together.
        """
        if runtime == self.runtime:
            return self
        if runtime not in self.exercise.other_runtimes:
            raise BadExercise(f"{self.exercise.name}: `{runtime}` is not in other_runtimes of exercise.toml")
        if runtime not in self._others:
            given = self.exercise, self.files, self._source, self._cache, self.seed
            self._others[runtime] = Submission(*given, runtime, self._time)
            self._others[runtime]._visibility = self._visibility
        return self._others[runtime]

    def run(self, scenario: str, *values: Any, **options: Any) -> Any:
        """The value of `scenario(module, *values, **options)`, run beside the learner's code, or a WorkerProblem."""
        try:
            value = self._run(scenario, values, options)
        except WorkerProblem as problem:
            trace.record(*_how(problem))
            raise
        trace.returned(value)
        return value

    def error(self, scenario: str, *values: Any, **options: Any) -> Any:
        """As `run`, for code that should raise: the error as a value for `raised(...)`, or what was returned."""
        try:
            return self._run(scenario, values, options)
        except LearnerRaised as problem:
            trace.record(*_how(problem))
            never = problem.error["missing"] or set(NEVER_EXPECTED) & set(problem.error["bases"])
            if never or problem is self._load_problem:
                raise
            return Raised(problem.error)
        except WorkerProblem as problem:
            trace.record(*_how(problem))
            raise

    def restart(self, keep_files: bool = False) -> None:
        """The next run has a new process, in the same scratch folder if `keep_files`."""
        if self._worker is not None:
            self._folder = self._worker.folder if keep_files else None
            self._worker.keep_files = keep_files
            self._worker.end()
            self._worker = None
        for other in self._others.values():
            other.restart()

    def killed(self, scenario: str, *values: Any, **options: Any) -> Any:
        """Run a scenario that ends its process with os._exit(9): "killed", or its value if it lived. The files stay."""
        try:
            worker = self._ready()
        except WorkerProblem as problem:
            trace.record(*_how(problem))
            raise
        worker.keep_files = True
        try:
            return self.run(scenario, *values, **options)
        except WorkerDied as death:
            self._folder = worker.folder  # for the next run; if the check ends here, the next check removes it
            if death.code != KILLED_CODE:
                raise
            return "killed"
        finally:
            worker.keep_files = False

    def alone(self, scenario: str, *values: Any, **options: Any) -> Any:
        """The scenario's value with `None` for the learner's module, from a worker that never sees the submission."""
        program, seconds = self._program(scenario), self._time.seconds
        frame = encode([list(values), options])
        key = key_of("alone", self.runtime, program.key, scenario, frame, *self._source.fence_names)
        value = self._cache.get(key)
        if value is MISSING:
            worker = self._source.open_worker(self.runtime)
            try:
                worker.request("scenarios", seconds, **vars(program))
                value = worker.request("run", seconds, key=program.key, name=scenario, args=values, options=options)
            except WorkerProblem as problem:
                raise BadExercise(f"{self.exercise.name}: {scenario} alone: {problem}") from problem
            finally:
                worker.end()
            self._cache.put(key, value)
        return copied(value)

    def apart(self, scenario: str, *values: Any, **options: Any) -> Any:
        """As `alone`, for values that came from the learner's code: files that it wrote, to be read by a library.

        So nothing is remembered, the check's time counts, and how that worker dies or hangs is how the submission did.
        """
        program = self._program(scenario)
        worker = self._source.open_worker(self.runtime)
        try:
            self._request(worker, "scenarios", **vars(program))
            return self._request(worker, "run", key=program.key, name=scenario, args=values, options=options)
        except LearnerRaised as problem:  # no line of the learner's runs there
            raise BadExercise(f"{self.exercise.name}: {scenario} apart: {problem}") from problem
        except WorkerProblem as problem:
            trace.record(*_how(problem))
            raise
        finally:
            worker.end()

    def output(self) -> str:
        return self._worker.output() if self._worker is not None else self._last_output

    _last_output = ""

    def close(self) -> None:
        self.restart()
        self._drop_folder()
        for other in self._others.values():
            other._drop_folder()

    def _drop_folder(self) -> None:
        """Remove a scratch folder that was kept for a next run that did not come. Only a worker can reach it."""
        if self._folder is not None:
            with contextlib.suppress(KataError, WorkerProblem, OSError):
                self._source.open_worker(self.runtime, self._folder).end()
            self._folder = None

    def _run(self, scenario: str, values: tuple[Any, ...], options: dict[str, Any]) -> Any:
        program = self._program(scenario)
        worker = self._ready()
        try:
            if program.key not in self._sent:
                self._request(worker, "scenarios", **vars(program))
                self._sent.add(program.key)
            value = self._request(worker, "run", key=program.key, name=scenario, args=values, options=options)
            self._time.answered = True
            return value
        except (WorkerDied, WorkerTimeout, KataError):
            self._last_output = worker.output()
            self._worker = None
            raise

    def _request(self, worker: Worker, operation: str, **values: Any) -> Any:
        """The worker's answer, within what is left of the check's time. Only the worker's time counts."""
        if self._time.left <= 0:
            worker.end()
            raise WorkerTimeout(self._time.seconds)
        began = time.monotonic()
        try:
            return worker.request(operation, self._time.left, **values)
        except WorkerTimeout:
            raise WorkerTimeout(self._time.seconds) from None
        finally:
            took = time.monotonic() - began
            self._time.left -= took
            self._time.spent += took

    def _ready(self) -> Worker:
        """A worker with the learner's file loaded. How loading went wrong is remembered: it would go wrong again."""
        if self._load_problem is not None:
            raise self._load_problem
        if self._worker is None:
            worker = self._source.open_worker(self.runtime, self._folder)
            self._folder, self._sent, self.held = None, set(), worker.held
            whole = self._time.left == self._time.seconds
            try:
                self._request(
                    worker, "load", files=self.files, main=self.exercise.file_name,
                    forbidden=list(self.exercise.forbidden), seed=self.seed,
                )  # fmt: skip
            except WorkerProblem as problem:
                if whole or not isinstance(problem, WorkerTimeout):
                    self._load_problem = problem
                self._last_output = worker.output()
                worker.end()
                raise
            self._worker = worker
        return self._worker

    def _program(self, scenario: str) -> Program:
        """The file that defines a scenario: the one beside the check, else the visible one."""
        program = _program_with(self.exercise, self._visibility, scenario)
        if program is None:
            raise BadExercise(f"{self.exercise.name}: no scenarios.py has a function `{scenario}`")
        return program


@dataclass(frozen=True)
class Program:
    """A scenario file and the exercise's support files, as they are sent to a worker."""

    key: str
    source: bytes
    support: dict[str, bytes]


@cache
def _program_with(exercise: Exercise, visibility: str, scenario: str) -> Program | None:
    folders = [exercise.folder]
    if visibility == "hidden" and exercise.solutions is not None:
        folders.insert(0, exercise.solutions)
    for folder in folders:
        if f"def {scenario}(" in _text(folder / "scenarios.py"):
            return _compiled(folder / "scenarios.py", *(exercise.folder / name for name in exercise.support))
    return None


@cache
def _compiled(scenarios: Path, *support: Path) -> Program:
    key = key_of(*map(_text, (scenarios, *support)))
    others = {file.stem: compiled(_text(file), file.stem) for file in support}
    return Program(key, compiled(_text(scenarios), f"scenarios {key}"), others)


def _how(problem: WorkerProblem) -> tuple[str, str]:
    if isinstance(problem, LearnerRaised):
        return "raised", problem.error["class"]
    return "ended", "timeout" if isinstance(problem, WorkerTimeout) else "died"


@cache
def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""
