"""The file layer of the inner fence: which paths a worker may touch, as numbers for Landlock's system calls."""

from __future__ import annotations

import ctypes
from typing import Any

READ_FILE, READ_DIR, WRITE_FILE, IOCTL_DEV = 1 << 2, 1 << 3, 1 << 1, 1 << 15
READ = READ_FILE | READ_DIR
MAKE_DEVICES = 1 << 6 | 1 << 9 | 1 << 11  # character devices, sockets, block devices: never
ON_FILES = 1 << 0 | WRITE_FILE | READ_FILE | 1 << 14 | IOCTL_DEV
SYSCALL_CREATE, FLAG_VERSION = 444, 1


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    version: int = libc.syscall(SYSCALL_CREATE, None, 0, FLAG_VERSION)
    return max(0, version)


def _handled(version: int) -> dict[str, int]:
    """Everything this kernel's Landlock can refuse: files, TCP, signals and abstract sockets."""
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    return {
        "files": (1 << bits) - 1,
        "network": 3 if version >= 4 else 0,
        "scope": 3 if version >= 6 else 0,
        "size": 8 if version < 4 else 16 if version < 6 else 24,
        "on_files": ON_FILES,
    }


def rules(version: int, read: list[str], write: list[str]) -> dict[str, Any]:
    """Rules for `confine`: `read` may be read, `write` may be changed in every way but devices."""
    handled = _handled(version)
    everything = handled["files"] & ~MAKE_DEVICES & ~1
    devices = [(path, READ_FILE | WRITE_FILE) for path in ("/dev/null", "/dev/zero", "/dev/urandom")]
    allow = [*((path, READ) for path in read), *devices, *((path, everything) for path in write)]
    return {**handled, "write": everything, "allow": allow}
