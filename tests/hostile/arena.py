"""Judges hostile submissions and looks at what they leave behind: what the tests of this folder share."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import catalog
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.model import Attempt, Exercise
from grader.sandbox.fences import Fence
from grader.sandbox.link import LinkedWorker
from grader.sandbox.warm import FencedWorkers
from tests.sandbox.processes import descendants
from tests.sandbox.wall import SECONDS

CANARY = "CANARY-5d1f0c"  # stands in every place that holds a secret
LOOK = """
import os
def folders(module):
    return os.stat("..").st_nlink - 2
"""


class Recording(FencedWorkers):
    """Remembers its workers, for what they printed."""

    def __init__(self, fence: Fence) -> None:
        super().__init__(fence)
        self.opened: list[LinkedWorker] = []

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        self.opened.append(super().open_worker(runtime, folder))
        return self.opened[-1]


@dataclass
class Outcome:
    attempt: Attempt
    printed: str

    @property
    def outcomes(self) -> dict[str, str]:
        return {check.id: check.outcome for check in self.attempt.checks}

    @property
    def text(self) -> str:
        """All that a learner gets to read."""
        return "\n".join(text for check in self.attempt.checks for text in check.messages.values())


class Arena:
    """One exercise, one fence, submissions one after the other."""

    def __init__(
        self, exercise: Exercise, fence: Fence, cache: ValueCache, deadline: float, name_mistakes: bool = True,
        source: Recording | None = None,
    ) -> None:  # fmt: skip
        self._name_mistakes = name_mistakes
        self.exercise = dataclasses.replace(exercise, deadline=deadline)
        self.checks = catalog.load_checks(exercise.folder)
        self.source, self.cache = source or Recording(fence), cache
        self._others = descendants()
        self.temp = Path(tempfile.gettempdir())

    def judging(self, files: dict[str, bytes] | None, seed: str = "hostile", deadline: float = 0.0) -> Judging:
        exercise = dataclasses.replace(self.exercise, deadline=deadline) if deadline else self.exercise
        return Judging(
            exercise, self.checks, files,
            source=self.source, cache=self.cache, seed=seed, name_mistakes=self._name_mistakes,
        )  # fmt: skip

    def grade(self, files: dict[str, bytes] | None, seed: str = "hostile", deadline: float = 0.0) -> Outcome:
        """As grader.grading does it: every check in order, then the attempt."""
        self.source.opened.clear()
        judging = self.judging(files, seed, deadline)
        try:
            for check in self.checks:
                for case in check.cases:
                    judging.case(check, case)
            attempt = judging.attempt("student")
        finally:
            judging.close()
        return Outcome(attempt, "\n".join(worker.output() for worker in self.source.opened))

    def left_behind(self) -> dict[str, Any]:
        """Processes beyond the warm parent's own, and what workers left on their disk."""
        own = 3 if self.source.fence.outer else 1  # bubblewrap, its first process, the warm parent
        left: dict[str, Any] = {"processes": len(descendants() - self._others) - own}
        if self.source.fence.outer:
            left["files"] = self._folders() - 1  # beyond the one of the worker that looks
        else:
            homes = [path for path in self.temp.iterdir() if path.name.startswith("kata-")]
            left["files"] = sum(len(os.listdir(home)) for home in homes) - 2  # code, packages
        return left

    def _folders(self) -> int:
        """How many scratch folders a worker sees, with its own."""
        worker = self.source.open_worker(self.exercise.runtime)
        try:
            worker.request("scenarios", SECONDS, key="look", source=LOOK, support={})
            seen: int = worker.request("run", SECONDS, key="look", name="folders", args=(), options={})
        finally:
            worker.end()
        return seen

    def close(self) -> None:
        self.source.close()


NOTHING = {"processes": 0, "files": 0}
