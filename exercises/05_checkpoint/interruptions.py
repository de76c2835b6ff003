"""Breaks a save off in the middle, or watches it, in whatever style it is written.

A profile function (`sys.setprofile`) sees every call. Nothing of torch or of the learner's file is
patched: a break is an exception that comes out of a call, or the end of the process.
"""

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

MOVES = (os.replace, os.rename)
SERIALIZATION = os.path.join("torch", "serialization.py")


def files_in(folder: str) -> dict[str, tuple[int, int, int]]:
    """Path -> inode, size and time of change, of every file in the folder and below."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.stat(os.path.join(place, name))
            except FileNotFoundError:
                continue
            found[os.path.join(place, name)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


class Break:
    """Acts at one of the calls that a save makes while its file is half written.

    Those calls run from the first one that finds new bytes in the folder to the one that moves a
    file (`os.replace`, `os.rename`); with `early`, from the first one that torch.save makes. Without
    `act` they are counted only.

        with Break(folder, learners_file, at=0, act=raise_it) as it:
            save_checkpoint(...)
        it.seen, it.done
    """

    def __init__(
        self,
        folder: str,
        learners_file: str,
        at: int = -1,
        act: Callable[[], None] | None = None,
        early: bool = False,
    ) -> None:
        self.folder, self.learners_file, self.at, self.act = folder, learners_file, at, act
        self.early = early
        # Not tempfile, contextlib and rmtree: after a break inside their own work nobody can clean up.
        standard = (os.sep + name for name in ("pathlib.py", "shutil.py", "os.py"))
        self.callers = (learners_file, SERIALIZATION, *standard)
        self.before = files_in(folder)
        self.seen, self.done, self.moved = 0, False, False

    def __enter__(self) -> "Break":
        threading.setprofile(self.see)
        sys.setprofile(self.see)
        return self

    def __exit__(self, *error: Any) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def see(self, frame: FrameType, event: str, called: Any) -> None:
        # torch asks `isinstance` of every number that it pickles, and a look at the folder takes its time.
        if event != "c_call" or called is isinstance or self.done or self.moved or not self._is_theirs(frame, called):
            return
        self.moved = called in MOVES
        began = frame.f_code.co_filename.endswith(SERIALIZATION) if self.early else self._has_new_bytes()
        if not self.moved and not began:
            return
        self.seen += 1
        if self.seen - 1 == self.at and self.act is not None:
            self.done = True
            self.act()

    def _is_theirs(self, frame: FrameType, called: Any) -> bool:
        if not frame.f_code.co_filename.endswith(self.callers) or "rmtree" in frame.f_code.co_name:
            return called in MOVES
        # torch turns an exception out of a file's own `write` into another one.
        outer = frame.f_back if frame.f_code.co_filename == self.learners_file else None
        while outer is not None and not outer.f_code.co_filename.endswith(SERIALIZATION):
            outer = outer.f_back
        return outer is None

    def _has_new_bytes(self) -> bool:
        return any(now[1] and self.before.get(path) != now for path, now in files_in(self.folder).items())


@contextmanager
def watch(path: str, states: list[tuple[int, int]]) -> Iterator[None]:
    """Note each change of what lies at `path`, as (inode, size); (0, 0) is nothing."""

    def see(frame: FrameType, event: str, called: Any) -> None:
        try:
            status = os.stat(path)
            state = (status.st_ino, status.st_size)
        except FileNotFoundError:
            state = (0, 0)
        if not states or states[-1] != state:
            states.append(state)

    sys.setprofile(see)
    try:
        yield
    finally:
        sys.setprofile(None)


@contextmanager
def every_folder_is_a_disk(folder: str) -> Iterator[None]:
    """Files are moved into `folder` only from it or from below, as if all else lay on another disk."""
    replace, rename = os.replace, os.rename

    def within(move: Callable[..., None]) -> Callable[..., None]:
        def moved(source: Any, target: Any, **options: Any) -> None:
            inside = os.path.realpath(folder) + os.sep
            comes_in = os.path.realpath(target).startswith(inside)
            if comes_in and not os.path.realpath(source).startswith(inside):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), os.fspath(source))
            move(source, target, **options)

        return moved

    os.replace, os.rename = within(replace), within(rename)
    try:
        yield
    finally:
        os.replace, os.rename = replace, rename
