"""The inner fence: layers that a process puts on itself and can never take off. Linux only."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from collections.abc import Callable
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 24, 38, 22
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446


def must(result: int, what: str) -> int:
    """The result of a call into libc; OSError if it failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def confine(layers: dict[str, Any]) -> list[str]:
    """Put on every layer in `layers`; returns the names of those that hold. Raises OSError if one cannot be put on."""
    held = []
    for name, put_on in LAYERS.items():
        if layers.get(name):
            put_on(layers[name])
            held.append(name)
    return held


def _die_with_parent(parent: int) -> None:
    """SIGKILL for this process when the one that forked it ends."""
    must(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")
    if os.getppid() != parent:
        raise OSError("the parent is gone already")


def _close_descriptors(first: int) -> None:
    os.closerange(first, 1 << 20)


def _no_new_privileges(_: bool) -> None:
    must(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def _limit(limits: dict[str, int]) -> None:
    for name, amount in limits.items():
        resource.setrlimit(getattr(resource, name), (amount, amount))


def _drop_capabilities(_: bool) -> None:
    for number in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break  # beyond the last capability; EPERM means that there is none to drop
    must(LIBC.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)), "capabilities")


def _landlock(rules: dict[str, Any]) -> None:
    """`rules`: accesses handled (files, network, scope), the size of that in this kernel, and (path, access) pairs."""
    attributes = struct.pack("=QQQ", rules["files"], rules["network"], rules["scope"])[: rules["size"]]
    ruleset = must(LIBC.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock")
    for path, access in rules["allow"]:
        if os.path.exists(path):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            if not os.path.isdir(path):
                access &= rules["on_files"]
            must(LIBC.syscall(LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", access, place), 0), f"landlock {path}")
            os.close(place)
    must(LIBC.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    os.close(ruleset)


def _seccomp(filter_: bytes) -> None:
    _, header = bpf(filter_)
    must(LIBC.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "seccomp")


def bpf(filter_: bytes) -> tuple[Any, Any]:
    """(the instructions in memory, the header that points at them): both must live until the kernel has read them."""
    program = ctypes.create_string_buffer(filter_, len(filter_))
    return program, ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(program)))


LAYERS: dict[str, Callable[[Any], None]] = {  # in the order in which they can be put on
    "parent_death": _die_with_parent,
    "descriptors": _close_descriptors,
    "no_new_privs": _no_new_privileges,
    "limits": _limit,
    "capabilities": _drop_capabilities,
    "landlock": _landlock,
    "seccomp": _seccomp,
}
