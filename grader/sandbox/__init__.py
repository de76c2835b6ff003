"""Starts workers, behind as many fences as asked for.

parent.py       warm parents: import once, fork a confined worker in milliseconds
link.py         the judge's end of a worker: requests, answers, end
channel.py polled.py threaded.py   the bytes between them, with poll or with threads
fences.py       which layers this machine gives and which are wanted
bubblewrap.py   the outer fence: a command line
landlock.py  seccomp.py  syscalls.py    what the inner fence allows (worker/confine.py puts it on)
runtimes.py     what each runtime's workers hold
plain.py        a spawned worker without fences, for a learner's own code on any system
sources.py      which of them: fenced where a fence holds
in_process.py   no process at all: --in-process, for debuggers
"""

from __future__ import annotations

from typing import Protocol

from grader.sandbox.link import Worker


class WorkerSource(Protocol):
    """Where workers come from."""

    fence_names: tuple[str, ...]

    def warm(self, runtime: str) -> object:
        """It may import that runtime's frameworks now: a worker will be asked for."""

    def open_worker(self, runtime: str, folder: str | None = None) -> Worker:
        """A new worker. `folder`: the scratch folder of an earlier one. Raises FenceMissing or FrameworkMissing."""

    def close(self) -> None:
        """End every process that it started."""
