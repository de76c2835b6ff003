"""The system-call layer: what the filter says to each call, on both architectures, and that the kernel heeds it."""

from __future__ import annotations

import errno
import os
import platform
import signal
import struct
from collections.abc import Iterator

import pytest

from grader.errors import WorkerDied
from grader.sandbox import seccomp
from grader.sandbox.syscalls import ALLOWED, PRETENDED
from tests.sandbox.wall import INNER, Stripped, probe, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}")
COLUMN = {"x86_64": 0, "aarch64": 1}
NOBODY = 0x7FFFFFF0  # no process has this number

# Must not be on the list: name, numbers on x86-64 and aarch64, arguments that the kernel refuses in words of its own
DANGEROUS = [
    ("ptrace", 101, 117, (16, NOBODY)), ("kill", 62, 129, (NOBODY, 0)), ("tgkill", 234, 131, (-1, -1, 0)),
    ("tkill", 200, 130, (-1, 0)), ("rt_sigqueueinfo", 129, 138, (1, 0, 0)), ("pidfd_open", 434, 434, (-1, 0)),
    ("pidfd_send_signal", 424, 424, (-1, 0, 0, 0)), ("unshare", 272, 97, (1,)), ("setns", 308, 268, (-1, 0)),
    ("memfd_create", 319, 279, (0, 0)), ("shmget", 29, 194, (1234567, 0, 0)), ("msgget", 68, 186, (1234567, 0)),
    ("semget", 64, 190, (1234567, 0, 0)), ("process_vm_readv", 310, 270, (NOBODY, 0, 0, 0, 0, 1)),
    ("process_vm_writev", 311, 271, (NOBODY, 0, 0, 0, 0, 1)), ("personality", 135, 92, (0xFFFFFFFF,)),
    ("splice", 275, 76, (-1, 0, -1, 0, 1, 0)), ("tee", 276, 77, (-1, -1, 1, 0)),
    ("vmsplice", 278, 75, (-1, 0, 1, 0)), ("name_to_handle_at", 303, 264, (-1, 0, 0, 0, -1)),
    ("timer_create", 222, 107, (-1, 0, 0)), ("setpriority", 141, 140, (9, 0, 0)),
    ("sched_setscheduler", 144, 119, (-1, 0, 0)), ("truncate", 76, 45, (0, 0)), ("syncfs", 306, 267, (-1,)),
    ("socket", 41, 198, (-1, 0, 0)), ("socketpair", 53, 199, (-1, 0, 0, 0)), ("connect", 42, 203, (-1, 0, 0)),
    ("bind", 49, 200, (-1, 0, 0)), ("sendmsg", 46, 211, (-1, 0, 0)), ("recvmsg", 47, 212, (-1, 0, 0)),
    ("sendto", 44, 206, (-1, 0, 0, 0, 0, 0)), ("execve", 59, 221, (1, 0, 0)),
    ("execveat", 322, 281, (-1, 1, 0, 0, 0)), ("clone3", 435, 435, (0, 0)), ("setuid", 105, 146, (-1,)),
    ("capset", 126, 91, (1, 0)), ("chroot", 161, 51, (1,)), ("umount2", 166, 39, (1, -1)),
    ("setpgid", 109, 154, (NOBODY, 0)), ("fchown", 93, 55, (-1, 0, 0)), ("setxattr", 188, 5, (1, 1, 1, 0, 0)),
    ("mknodat", 259, 33, (-100, 1, 0, 0)), ("openat2", 437, 437, (-100, 0, 0, 0)),
    ("fallocate", 285, 47, (-1, 0, 0, 1)), ("seccomp", 317, 277, (9, 0, 0)),
    ("move_pages", 279, 239, (NOBODY, 0, 0, 0, 0, 0)), ("get_robust_list", 274, 100, (NOBODY, 0, 0)),
    ("inotify_init1", 294, 26, (-1,)), ("landlock_create_ruleset", 444, 444, (0, 1, 0)),
    # allowed on itself only
    ("prlimit64", 302, 261, (NOBODY, 0, 0, 0)), ("sched_setaffinity", 203, 122, (NOBODY, 0, 0)),
    ("prctl: dumpable", 157, 167, (4, 5)), ("prctl: pdeathsig", 157, 167, (1, -1)),
    ("fcntl: owner", 72, 25, (1, 8, NOBODY)), ("fcntl: signal", 72, 25, (1, 10, 999)),
    ("ioctl: push input", 16, 29, (3, 0x5412, 0)), ("clone: a process", 56, 220, (0x80000000 | 17,)),
]  # fmt: skip


@pytest.fixture(scope="module")
def parents() -> Iterator[tuple[Stripped, Stripped]]:
    """One with the filter, one without it."""
    with_it, without = Stripped(INNER, ("landlock",)), Stripped(INNER, ("landlock", "seccomp", "threads"))
    yield with_it, without
    with_it.close()
    without.close()


@pytest.mark.skipif(not seccomp.is_supported(), reason="the numbers are known for x86-64 and aarch64")
def test_dangerous_calls_never_reach_the_kernel_and_do_without_the_filter(parents: tuple[Stripped, Stripped]) -> None:
    calls = [(row[1 + COLUMN[platform.machine()]], *row[3]) for row in DANGEROUS]
    refused, reached = (probe(parent, "system_calls", calls) for parent in parents)
    filters_words = {errno.EPERM, errno.ENOSYS}
    assert [row[0] for row, number in zip(DANGEROUS, refused, strict=True) if number not in filters_words] == []
    assert [row[0] for row, number in zip(DANGEROUS, reached, strict=True) if number in filters_words] == []


def test_no_number_beyond_the_list_is_answered(parents: tuple[Stripped, Stripped]) -> None:
    """Every call that is not on the list, by number; those of the list would do something.

    Linux lets 335 and 336 of x86-64 (uretprobe, uprobe) pass every filter: they end who calls them.
    """
    column = COLUMN[platform.machine()]
    listed = {335, 336} if platform.machine() == "x86_64" else set[int | None]()
    listed |= {numbers[column] for numbers in (*ALLOWED.values(), *PRETENDED.values())}
    others = [(number, -1, -1, -1, -1, -1, -1) for number in range(1000) if number not in listed]
    seen = probe(parents[0], "system_calls", others)
    assert set(seen) == {errno.EPERM, errno.ENOSYS}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86-64 has two more entries into its kernel")
def test_the_other_entries_of_x86_64_kill(parents: tuple[Stripped, Stripped]) -> None:
    """The x32 numbers and the 32-bit entry would reach calls by other numbers than the filter's."""
    for name, arguments in (("system_call", [0x40000000 | 39]), ("compatibility_call", [])):
        assert ending(parents[0], name, *arguments) == signal.SIGSYS
        assert ending(parents[1], name, *arguments) in (0, signal.SIGSEGV)  # the latter: this kernel has no such entry


def ending(parent: Stripped, name: str, *arguments: int) -> int:
    """The signal that ended the worker, 0 if none did."""
    try:
        probe(parent, name, *arguments)
    except WorkerDied as death:
        return death.signal
    return 0


def decide(program: bytes, number: int, *arguments: int, architecture: int) -> int:
    """What the kernel would do with this call: an interpreter of the filter."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *[*arguments, *[0] * (6 - len(arguments))])
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at, value = 0, 0
    while True:
        operation, yes, no, operand = code[at]
        at += 1
        if operation == seccomp.LOAD:
            value = struct.unpack_from("=I", data, operand)[0]
        elif operation == seccomp.AND:
            value &= operand
        elif operation == seccomp.RETURN:
            return operand
        else:
            holds = {
                seccomp.JUMP_EQUAL: value == operand,
                seccomp.JUMP_GREATER_EQUAL: value >= operand,
                seccomp.JUMP_BITS: bool(value & operand),
            }[operation]
            at += yes if holds else no


def says(machine: str, name: str, *arguments: int, every_ioctl: bool = False) -> int | None:
    """The filter's answer; None where that machine has no such call."""
    column, architecture = seccomp.ARCHITECTURES[machine]
    number = {**ALLOWED, **PRETENDED}[name][column]
    program = seccomp.program(machine, every_ioctl=every_ioctl)
    return None if number is None else decide(program, number, *arguments, architecture=architecture)


ARGUMENTS = [  # name, arguments, is it allowed
    ("clone", (0x3D0F00,), True), ("clone", (17,), False), ("clone", (0x10000000,), False),
    ("prctl", (15,), True), ("prctl", (38,), False), ("prctl", (4,), False),
    ("prlimit64", (0,), True), ("prlimit64", (1,), False),
    ("sched_setaffinity", (0,), True), ("sched_setaffinity", (1,), False),
    ("fcntl", (0, 3), True), ("fcntl", (0, 1030), True), ("fcntl", (0, 8), False), ("fcntl", (0, 1026), False),
    ("openat", (0, 0, os.O_RDONLY), True), ("openat", (0, 0, os.O_WRONLY | os.O_TRUNC), True),
    ("openat", (0, 0, os.O_RDWR | os.O_TRUNC | os.O_CREAT), True),
    ("openat", (0, 0, os.O_TRUNC | os.O_CLOEXEC), False), ("open", (0, os.O_TRUNC), False),
    ("open", (0, os.O_WRONLY | os.O_TRUNC | os.O_CREAT), True),
    ("ioctl", (0, 0x5401), True), ("ioctl", (0, 0x5412), False), ("ioctl", (0, 0x8912), False),
]  # fmt: skip


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
class TestFilter:
    """The program itself, so that the architecture which this machine is not is tested too."""

    def test_listed_calls_are_allowed(self, machine: str) -> None:
        conditional = {name for name, _, _ in ARGUMENTS}
        answers = {name: says(machine, name) for name in set(ALLOWED) - conditional}
        assert set(answers.values()) <= {seccomp.ALLOW, None}
        assert sum(answer is None for answer in answers.values()) < 30

    def test_some_are_allowed_with_some_arguments(self, machine: str) -> None:
        seen = {(name, arguments): says(machine, name, *arguments) for name, arguments, _ in ARGUMENTS}
        words = {(name, args): seccomp.ALLOW if allowed else seccomp.REFUSE for name, args, allowed in ARGUMENTS}
        assert seen == {call: None if call[0] == "open" and machine == "aarch64" else words[call] for call in words}

    def test_dangerous_ones_are_refused(self, machine: str) -> None:
        column, architecture = seccomp.ARCHITECTURES[machine]
        program = seccomp.program(machine)
        for name, *numbers, arguments in DANGEROUS:
            unsigned = [value % (1 << 64) for value in arguments]
            answer = decide(program, numbers[column], *unsigned, architecture=architecture)
            assert answer in (seccomp.REFUSE, seccomp.UNKNOWN), name

    def test_another_architecture_is_killed(self, machine: str) -> None:
        assert decide(seccomp.program(machine), 0, architecture=0x40000003) == seccomp.KILL

    def test_modes_and_times_are_pretended(self, machine: str) -> None:
        assert {says(machine, name) for name in PRETENDED} <= {seccomp.PRETEND, None}
        assert {says(machine, name) for name in ("fchmod", "fchmodat", "utimensat")} == {seccomp.PRETEND}

    def test_a_worker_that_drives_a_gpu_may_say_anything_to_a_device(self, machine: str) -> None:
        assert says(machine, "ioctl", 0, 0x5412, every_ioctl=True) == seccomp.ALLOW

    def test_only_new_threads_are_asked_about(self, machine: str) -> None:
        column, architecture = seccomp.ARCHITECTURES[machine]
        program = seccomp.thread_rules(machine)["filter"]
        asked = [n for n in range(500) if decide(program, n, architecture=architecture) == seccomp.ASK]
        assert asked == [ALLOWED["clone"][column]]
