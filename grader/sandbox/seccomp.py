"""The system-call layer: an allowlist as a classic BPF program, assembled here and put on by the worker itself."""

from __future__ import annotations

import platform
import struct

from grader.sandbox.syscalls import ALLOWED

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE, UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS
NUMBER, ARCHITECTURE, ARGUMENT_0, ARGUMENT_1 = 0, 4, 16, 24  # offsets in struct seccomp_data (low words)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
CLONE_THREAD = 0x10000
CLONE3 = 435  # refused as unknown, so that libc falls back to clone, whose flags can be seen
TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
NAMES = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: threads and memory areas may be named


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
        "prlimit64": _any_of(ARGUMENT_0, (0,)),
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
    code += [_instruction(JUMP_GREATER_EQUAL, CLONE3, 0, 1), _instruction(RETURN, UNKNOWN), _instruction(RETURN, REFUSE)]
    return b"".join(code)


def _any_of(argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Fall through to the next instruction if the argument is one of `values`, else skip it."""
    tests = [_instruction(JUMP_EQUAL, value, len(values) - 1 - i, 0) for i, value in enumerate(values[:-1])]
    return [_instruction(LOAD, argument), *tests, _instruction(JUMP_EQUAL, values[-1], 0, 1)]
