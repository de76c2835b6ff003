"""Which workers there are: behind the fences that hold, and plain ones where none does."""

from __future__ import annotations

from grader.sandbox import WorkerSource
from grader.sandbox.fences import NONE, Fence, best
from grader.sandbox.plain import PlainWorkers


def workers_behind(fence: Fence) -> WorkerSource:
    """Workers behind exactly that fence."""
    if fence == NONE:
        return PlainWorkers()
    from grader.sandbox.warm import FencedWorkers  # needs what systems without fences do not have

    return FencedWorkers(fence)


def own_workers() -> WorkerSource:
    """Workers for a learner's or author's own code: the best fence here, or none."""
    return workers_behind(best())
