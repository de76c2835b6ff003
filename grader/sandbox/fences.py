"""The fences of this machine: which there are, which are wanted, which hold. Probed, never assumed."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from grader.sandbox import bubblewrap, landlock, seccomp

INNER_LAYERS = ("limits", "capabilities", "landlock", "seccomp")
ON_EVERY_LINUX = ("parent_death", "descriptors", "no_new_privs")  # part of the inner fence that no machine lacks


@dataclass(frozen=True)
class Fence:
    """What a worker is to be put behind: bubblewrap (outer), its own restrictions (inner)."""

    outer: bool
    inner: bool

    def required(self) -> set[str]:
        """The layers without which a worker must not load a learner's file."""
        return {*(["bubblewrap"] if self.outer else []), *(INNER_LAYERS + ON_EVERY_LINUX if self.inner else ())}


BOTH, INNER, NONE = Fence(True, True), Fence(False, True), Fence(False, False)


def missing_layers() -> dict[str, str]:
    """Layer -> why this machine does not give it. Empty when all are there."""
    if sys.platform != "linux":
        return dict.fromkeys(("bubblewrap", *INNER_LAYERS), f"{sys.platform} has no such layer")
    missing = {}
    if why := bubblewrap.why_not():
        missing["bubblewrap"] = why
    if not landlock.abi():
        missing["landlock"] = "this kernel has no Landlock (Linux 5.13 or later, and lsm=landlock)"
    if not seccomp.is_supported():
        missing["seccomp"] = "only x86-64 and aarch64 are known"
    return missing


def best() -> Fence:
    """The strongest fence that this machine gives."""
    missing = missing_layers()
    inner = not set(INNER_LAYERS) & set(missing)
    return Fence("bubblewrap" not in missing, inner) if inner else NONE
