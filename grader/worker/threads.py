"""Counts a worker's threads: each new one waits until the warm parent says yes. No resource limit does this for root.

A seccomp filter in the child hands its `clone` calls to a listener; the child gives that to its parent and keeps none.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from typing import Any

from .confine import LIBC, bpf

SET_MODE_FILTER, NEW_LISTENER = 1, 1 << 3
RECEIVE, SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND
QUESTION_BYTES, CONTINUE = 80, 1


def hand_over(rules: dict[str, Any], channel: socket.socket) -> bool:
    """In the child: from now on its parent is asked. False where the kernel cannot, or where another listener is."""
    _, header = bpf(rules["filter"])
    listener = LIBC.syscall(rules["seccomp"], SET_MODE_FILTER, NEW_LISTENER, header)
    if listener < 0:
        return False
    socket.send_fds(channel, [b"."], [listener])
    os.close(listener)
    return True


def take_over(channel: socket.socket) -> int | None:
    """In the parent: the listener of the child at the other end, or None if it has none."""
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    return descriptors[0] if descriptors else None


def answer(listener: int, may_start: bool) -> None:
    """Let the thread that asks start another one, or tell it that there are too many."""
    question = bytearray(QUESTION_BYTES)
    try:
        fcntl.ioctl(listener, RECEIVE, question)
        number = struct.unpack_from("=Q", question)[0]
        reply = struct.pack("=QqiI", number, 0, 0 if may_start else -errno.EAGAIN, CONTINUE if may_start else 0)
        fcntl.ioctl(listener, SEND, reply)
    except OSError:
        pass  # it was killed while it waited
