"""Warm parents with some layers taken off, and probes in their workers: what the tests of the wall share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.sandbox import WorkerSource
from grader.sandbox.fences import BOTH, INNER, Fence, missing_layers
from grader.sandbox.link import LinkedWorker
from grader.sandbox.parent import WarmParent
from grader.sandbox.runtimes import runtime

FENCES = {"both": BOTH, "inner": INNER, "outer": Fence(outer=True, inner=False)}
OUTER = FENCES["outer"]  # bubblewrap alone, which no user ever gets
PROBES = Path(__file__).with_name("probes.py").read_text("utf-8")
SCENARIOS = Path(__file__).with_name("scenarios.py").read_text("utf-8")
SECONDS = 60.0  # for what takes milliseconds: the machine may be busy

Change = Callable[[list[str]], list[str]]


def unavailable(fence: Fence) -> str:
    """Why this machine cannot put on that fence; empty if it can."""
    missing = missing_layers()
    wanted = {"bubblewrap"} if fence.outer else set[str]()
    wanted |= set(missing) - {"bubblewrap"} if fence.inner else set()
    return "; ".join(f"{layer}: {why}" for layer, why in missing.items() if layer in wanted)


class Stripped(WarmParent):
    """A warm parent without the layers in `without`; `change` edits the command line of the outer fence."""

    def __init__(self, fence: Fence, without: tuple[str, ...] = (), change: Change | None = None) -> None:
        self._without, self._change = without, change
        super().__init__(runtime("numpy"), fence)

    def command(self, control: int) -> list[str]:
        line = super().command(control)
        return self._change(line) if self._change else line

    def setup(self) -> dict[str, Any]:
        setup = super().setup()
        for side in ("parent", "child"):
            setup[side] = {name: layer for name, layer in setup[side].items() if name not in self._without}
        return setup


@contextmanager
def stripped(fence: Fence, *without: str, change: Change | None = None) -> Iterator[Stripped]:
    parent = Stripped(fence, without, change)
    try:
        yield parent
    finally:
        parent.close()


def open_probe(parent: WarmParent, folder: str | None = None) -> LinkedWorker:
    """A worker that holds the probes."""
    worker = parent.open_worker(folder)
    worker.request("scenarios", SECONDS, key="probes", source=PROBES, support={})
    return worker


def run(worker: LinkedWorker, probe: str, *args: Any, seconds: float = SECONDS, **options: Any) -> Any:
    return worker.request("run", seconds, key="probes", name=probe, args=args, options=options)


def probe(parent: WarmParent, name: str, *args: Any, **options: Any) -> Any:
    """What a probe gives in a worker of its own."""
    worker = open_probe(parent)
    try:
        return run(worker, name, *args, **options)
    finally:
        worker.end()


def open_one(source: WorkerSource, folder: str | None = None) -> Any:
    """A worker of any source that holds tests/sandbox/scenarios.py."""
    worker = source.open_worker("numpy", folder)
    worker.request("scenarios", SECONDS, key="k", source=SCENARIOS, support={})
    return worker


def run_in(worker: Any, name: str, *args: Any, seconds: float = SECONDS) -> Any:
    return worker.request("run", seconds, key="k", name=name, args=args, options={})
