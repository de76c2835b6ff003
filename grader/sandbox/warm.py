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
        self._retired: list[WarmParent] = []

    def warm(self, runtime: str) -> WarmParent:
        """The runtime's warm parent. One that died, that started very many workers, or whose disk one of them spoilt is
        replaced, and ends when nobody needs it any more."""
        parent = self._parents.get(runtime)
        if parent is not None and not parent.usable:
            self._retired.append(self._parents.pop(runtime))
        for old in [parent for parent in self._retired if not parent.needed]:
            self._retired.remove(old)
            old.close()
        if runtime not in self._parents:
            self._parents[runtime] = WarmParent(find_runtime(runtime), self.fence)
        return self._parents[runtime]

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        keeper = next((parent for parent in (*self._parents.values(), *self._retired) if parent.keeps(folder)), None)
        worker = (keeper or self.warm(runtime)).open_worker(folder)
        if lacking := self.fence.required() - set(worker.held):
            worker.end()
            raise FenceMissing(f"a worker lacks {', '.join(sorted(lacking))}; it was not given the submission")
        return worker

    def close(self) -> None:
        """End every process that it started."""
        for parent in [*self._parents.values(), *self._retired]:
            parent.close()
        self._parents.clear()
        self._retired.clear()
