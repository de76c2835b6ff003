"""Which processes there are, for tests that none may be left. Linux only."""

from __future__ import annotations

import os
import select

SECONDS = 60


def descendants(pid: int | None = None) -> set[int]:
    """The processes that this one, or `pid`, started, with all that they started; zombies too."""
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, new = set[int](), {pid or os.getpid()}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in found} - found
    return found - {pid or os.getpid()}


def are_gone(pids: set[int]) -> bool:
    """Do all of them end within a minute? Nothing is waited for longer than it takes."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], SECONDS)[0]:
                return False
        finally:
            os.close(handle)
    return True
