"""What several commands share: the course's folder, the workers, the cache. Command-line glue, no verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import FenceMissing
from grader.judge.cache import ValueCache
from grader.sandbox import WorkerSource
from grader.sandbox.fences import NONE, Fence, best
from grader.sandbox.plain import PlainWorkers
from grader.sandbox.warm import FencedWorkers


def choose(fence: Fence | None = None, others_code: bool = False) -> WorkerSource:
    """Workers behind the best fence here. Where there is none, a learner's own code still runs; other people's does not."""
    fence = fence or best()
    if fence != NONE:
        return FencedWorkers(fence)
    if others_code:
        raise FenceMissing(
            "this machine cannot confine other people's code (see `kata doctor`). "
            "With --trust-submissions they run unconfined, with your rights."
        )
    return PlainWorkers()


@contextmanager
def workshop(fence: Fence | None = None, others_code: bool = False) -> Iterator[tuple[WorkerSource, ValueCache]]:
    """Workers and the cache for one command; every process that was started is ended."""
    source = choose(fence, others_code)
    try:
        yield source, ValueCache()
    finally:
        source.close()
