"""The system-call layer: an allowlist as a classic BPF program, assembled here and put on by the worker itself."""

from __future__ import annotations

import platform
import struct
from typing import Any

from grader.sandbox.syscalls import ALLOWED, PRETENDED

LOAD, AND, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_BITS, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ASK, ERROR = 0x7FFF0000, 0x80000000, 0x7FC00000, 0x00050000
REFUSE, UNKNOWN, PRETEND = ERROR | 1, ERROR | 38, ERROR | 0  # EPERM, ENOSYS, success without doing anything
NUMBER, ARCHITECTURE, ARGUMENT_0, ARGUMENT_1, ARGUMENT_2 = 0, 4, 16, 24, 32  # in struct seccomp_data (low words)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
SECCOMP = {"x86_64": 317, "aarch64": 277}  # the system call that puts on a filter with a listener
CLONE_THREAD = 0x10000
MOST_THREADS = 10_000  # that a worker may start in its life: a third of what small machines have
CLONE3 = 435  # refused as unknown, so that libc falls back to clone, whose flags can be seen
# TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
NAMES = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: threads and memory areas may be named
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL, locks, F_DUPFD_CLOEXEC, pipe sizes; not F_SETOWN, which sends signals
DESCRIPTOR_QUESTIONS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
O_ACCMODE_AND_TRUNC, O_TRUNC = 0o1003, 0o1000  # Landlock before version 3 lets a file that may be read be truncated


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def is_supported(machine: str = platform.machine()) -> bool:
    return machine in ARCHITECTURES


def program(machine: str = platform.machine(), every_ioctl: bool = False) -> bytes:
    """The filter for this architecture. `every_ioctl` is for workers that drive a GPU."""
    column, architecture = ARCHITECTURES[machine]
    code = [
        _instruction(LOAD, ARCHITECTURE),
        _instruction(JUMP_EQUAL, architecture, 1),
        _instruction(RETURN, KILL),
        _instruction(LOAD, NUMBER),
    ]
    if machine == "x86_64":  # the x32 calls have numbers of their own
        code += [_instruction(JUMP_GREATER_EQUAL, 0x40000000, 0, 1), _instruction(RETURN, KILL)]
    conditions = {
        "clone": [_instruction(LOAD, ARGUMENT_0), _instruction(JUMP_BITS, CLONE_THREAD, 0, 1)],
        "prctl": _any_of(ARGUMENT_0, NAMES),
        "prlimit64": _any_of(ARGUMENT_0, (0,)),  # its own
        "sched_setaffinity": _any_of(ARGUMENT_0, (0,)),
        "fcntl": _any_of(ARGUMENT_1, DESCRIPTOR_QUESTIONS),
        "open": _unless_truncated_for_reading(ARGUMENT_1),
        "openat": _unless_truncated_for_reading(ARGUMENT_2),
    }
    if not every_ioctl:
        conditions["ioctl"] = _any_of(ARGUMENT_1, TERMINAL_QUESTIONS)
    for name, numbers in ALLOWED.items():
        number = numbers[column]
        if number is None:
            continue
        body = [*conditions.get(name, []), _instruction(RETURN, ALLOW)]
        if name in conditions:
            body.append(_instruction(RETURN, REFUSE))
        code += [_instruction(JUMP_EQUAL, number, 0, len(body)), *body]
    for numbers in PRETENDED.values():
        if (number := numbers[column]) is not None:
            code += [_instruction(JUMP_EQUAL, number, 0, 1), _instruction(RETURN, PRETEND)]
    code += [_instruction(JUMP_GREATER_EQUAL, CLONE3, 0, 1), _instruction(RETURN, UNKNOWN)]
    code.append(_instruction(RETURN, REFUSE))
    return b"".join(code)


def thread_rules(machine: str = platform.machine()) -> dict[str, Any]:
    """What worker/threads.py needs: a filter that asks before every clone, and the call that puts it on."""
    number = ALLOWED["clone"][ARCHITECTURES[machine][0]]
    assert number is not None
    code = [_instruction(LOAD, NUMBER), _instruction(JUMP_EQUAL, number, 0, 1), _instruction(RETURN, ASK)]
    filter_ = b"".join([*code, _instruction(RETURN, ALLOW)])
    return {"seccomp": SECCOMP[machine], "filter": filter_, "most": MOST_THREADS}


def _any_of(argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Fall through to the next instruction if the argument is one of `values`, else skip it."""
    tests = [_instruction(JUMP_EQUAL, value, len(values) - 1 - i, 0) for i, value in enumerate(values[:-1])]
    return [_instruction(LOAD, argument), *tests, _instruction(JUMP_EQUAL, values[-1], 0, 1)]


def _unless_truncated_for_reading(flags: int) -> list[bytes]:
    """Fall through unless the flags say O_TRUNC without saying that the file is opened for writing."""
    return [
        _instruction(LOAD, flags), _instruction(AND, O_ACCMODE_AND_TRUNC), _instruction(JUMP_EQUAL, O_TRUNC, 1, 0),
    ]  # fmt: skip
