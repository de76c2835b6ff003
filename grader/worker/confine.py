"""The inner fence: layers that a process puts on itself and can never take off. Linux only."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 24, 38, 22
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446


def _must(result: int, what: str) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def confine(layers: dict[str, Any]) -> list[str]:
    """Put on every layer in `layers`; returns the names of those that hold. Raises OSError if one cannot be put on."""
    _must(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    held = ["no_new_privs"]
    for name, put_on in (("limits", _limit), ("capabilities", _drop_capabilities), ("landlock", _landlock), ("seccomp", _seccomp)):
        if layers.get(name):
            put_on(layers[name])
            held.append(name)
    return held


def die_with_parent() -> None:
    """SIGKILL for this process when the one that forked it ends."""
    _must(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")


def _limit(limits: dict[str, int]) -> None:
    for name, amount in limits.items():
        resource.setrlimit(getattr(resource, name), (amount, amount))


def _seccomp(filter_: bytes) -> None:
    program = ctypes.create_string_buffer(filter_, len(filter_))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(program)))
    _must(LIBC.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "seccomp")


def _drop_capabilities(_: bool) -> None:
    for number in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break  # beyond the last capability; EPERM means that there is none to drop
    _must(LIBC.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)), "capabilities")


def _landlock(rules: dict[str, Any]) -> None:
    """`rules`: the accesses handled (files, network, scope), the size of the kernel's attribute, and (path, access) pairs."""
    attributes = struct.pack("=QQQ", rules["files"], rules["network"], rules["scope"])[: rules["size"]]
    ruleset = _must(LIBC.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock")
    for path, access in rules["allow"]:
        if os.path.exists(path):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            if not os.path.isdir(path):
                access &= rules["on_files"]
            _must(LIBC.syscall(LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", access, place), 0), f"landlock {path}")
            os.close(place)
    _must(LIBC.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    os.close(ruleset)
