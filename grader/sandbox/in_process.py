"""No process at all: a learner's own code runs in the judge's, for `--pdb --in-process` and breakpoint()."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import LearnerRaised
from grader.sandbox.link import Worker
from grader.sandbox.plain import PlainWorkers
from grader.sandbox.runtimes import runtime as find_runtime
from grader.worker.session import Session
from grader.worker.values import decode, encode


class InProcessWorkers:
    fence_names: tuple[str, ...] = ()

    def __init__(self, learner_file: Path | None = None) -> None:
        self._learner_file = learner_file
        self._runtime = ""

    def warm(self, runtime: str) -> None:
        """Nothing: it would be paid twice."""

    def open_worker(self, runtime: str, folder: str | None = None) -> Worker:
        """Of the first runtime that is asked for, and a process for any other: Keras has one backend in a process."""
        self._runtime = self._runtime or runtime
        if runtime != self._runtime:
            return PlainWorkers().open_worker(runtime, folder)
        for name, value in find_runtime(runtime).environment:
            os.environ.setdefault(name, value)
        return InProcessWorker(folder or tempfile.mkdtemp(prefix="kata-"), self._learner_file)

    def close(self) -> None:
        """Nothing runs."""


class InProcessWorker:
    """Values still go through `encode` and `decode`, so that a check sees the same as with a process."""

    def __init__(self, folder: str, learner_file: Path | None) -> None:
        self.folder, self.keep_files, self.held = folder, False, list[str]()
        self._learner_file = learner_file
        self._session = Session(Path(folder), learner_file)
        self._before = (list(sys.path), list(sys.meta_path), set(sys.modules))

    def request(self, operation: str, seconds: float, **values: Any) -> Any:
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            return decode(encode(getattr(self._session, "do_" + operation)(**decode(encode(values)))))
        except (KeyboardInterrupt, LearnerRaised):
            raise
        except BaseException as problem:  # the debugger wants the learner's own traceback
            raise LearnerRaised(self._session.describe(problem)) from problem
        finally:
            os.chdir(here)

    def output(self) -> str:
        return ""  # pytest has captured it

    def end(self) -> None:
        sys.path[:], sys.meta_path[:], known = self._before
        homes = tuple(str(home) for home in (self.folder, self._learner_file and self._learner_file.parent) if home)
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", None) or homes[0]).startswith(homes):
                del sys.modules[name]  # the learner's own and our support modules (which have no file)
        if not self.keep_files:
            shutil.rmtree(self.folder, ignore_errors=True)
