"""Workers behind fences: a warm parent per runtime, started when first needed and kept."""

from __future__ import annotations

from grader.errors import FenceMissing
from grader.sandbox.fences import Fence
from grader.sandbox.link import LinkedWorker
from grader.sandbox.parent import WarmParent
from grader.sandbox.runtimes import runtime as find_runtime


class FencedWorkers:
    """Opens workers behind exactly the fence asked for; a worker that lacks a layer of it is never given out."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.fence_names = tuple(sorted(fence.required()))
        self._parents: dict[str, WarmParent] = {}

    def warm(self, runtime: str) -> WarmParent:
        if runtime not in self._parents:
            self._parents[runtime] = WarmParent(find_runtime(runtime), self.fence)
        return self._parents[runtime]

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        worker = self.warm(runtime).open_worker(folder)
        if lacking := self.fence.required() - set(worker.held):
            worker.end()
            raise FenceMissing(f"a worker lacks {', '.join(sorted(lacking))}; it was not given the submission")
        return worker

    def close(self) -> None:
        while self._parents:
            self._parents.popitem()[1].close()
