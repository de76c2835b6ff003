"""When something in the exercises was saved: told by the system, and looked for once a second where it tells nothing.

Editors write in place, or write another file and rename it; one save may be several events, and network drives may
send none. So an event only says "look": whether a file is another one, its content says.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from watchfiles import Change, awatch

STEP = 20  # milliseconds that events are gathered for
GATHERED = 200  # milliseconds after which they are told, even if more come
LOOK_SECONDS = 1.0
NEVER = ("__pycache__", ".original", ".git")
ENDS = (".half", ".swp", ".swx", ".swo", "~", ".tmp", ".backup", ".pyc")


def matters(_: Change, path: str) -> bool:
    """Could that be a part of a submission, or of an exercise?"""
    return not path.endswith(ENDS) and not set(NEVER) & set(Path(path).parts)


async def saved(folder: Path) -> AsyncIterator[set[Path]]:
    """The files below `folder` that something happened to; endless. Nothing comes where the system tells nothing."""
    with contextlib.suppress(OSError, RuntimeError):  # no folder, or no more watches to be had: `looks` remains
        async for changes in awatch(folder, watch_filter=matters, step=STEP, debounce=GATHERED):
            yield {Path(path) for _, path in changes}
    await asyncio.Event().wait()


async def looks(current: Callable[[], Path]) -> AsyncIterator[None]:
    """At once, and whenever the current file seems to be another one than a second ago."""
    known: object = None
    while True:
        file = current()
        now = file, await asyncio.to_thread(_signature, file)
        if now != known:
            known = now
            yield
        await asyncio.sleep(LOOK_SECONDS)


def _signature(file: Path) -> tuple[int, ...]:
    try:
        seen = file.stat()
    except OSError:
        return ()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_mode
