"""Where a hand-in lies, as a few names: small, the same in every process of this machine, opened when it is read."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import stat
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from grader.errors import BadSubmission
from grader.locale import say
from grader.submissions.archives import ALL, ARCHIVE_BYTES, ONE, archive_tree, expanded_beside, is_compressed
from grader.submissions.trees import DiskTree, Parts, Tree, open_regular, shown


@dataclass(frozen=True)
class Place:
    """A folder of a tree. `root` is a folder or an archive on disk; `member` an archive in it, to be looked into;
    `folder` is in the innermost of them."""

    root: Path
    label: str
    member: Parts = ()
    folder: Parts = ()

    def tree(self) -> Tree:
        """What lies there. Raises BadSubmission if it cannot be opened or unpacked."""
        if not self.member:
            return _root(self.root, self.label, *_version(self.root))
        is_folder = self.root.is_dir()
        changed = _version(self.root.joinpath(*self.member) if is_folder else self.root)
        return _member(replace(self, folder=()), *changed)

    def down(self, *names: str) -> Place:
        return replace(self, folder=(*self.folder, *names))

    def into(self, archive: Parts) -> Place:
        """The inside of an archive that lies below this folder. Raises BadSubmission in an archive's archive."""
        if self.member:
            raise BadSubmission(say("archive_nested", file=shown(self.member[-1]), name=shown(archive[-1])))
        return replace(self, member=(*self.folder, *archive), folder=())


def place_of(path: Path) -> Place:
    """A class as it was given: a folder or an archive. A compressed tar is decompressed to a temporary file first,
    which goes when this process ends."""
    try:
        path = path.resolve()
        if path.is_dir():
            return Place(path, path.name)
        with os.fdopen(open_regular(path), "rb") as file:
            expanded = Path(expanded_beside(file, path.name)) if is_compressed(file) else None
    except (OSError, RuntimeError):  # of a link that leads to itself
        raise BadSubmission(say("not_a_class", folder=path)) from None
    if expanded is None:
        return Place(path, path.name)
    atexit.register(_remove, expanded, os.getpid())
    return Place(expanded, path.name)


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        with contextlib.suppress(OSError):
            path.unlink()


def _version(path: Path) -> tuple[int, int]:
    """Changes when an archive does; folders are looked into anew each time."""
    try:
        facts = path.lstat()
    except OSError as problem:
        raise BadSubmission(say("unreadable", file=shown(path.name), problem=problem.strerror)) from None
    return (0, 0) if stat.S_ISDIR(facts.st_mode) else (facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=1)
def _member(place: Place, changed: int, size: int) -> Tree:
    """A student's archive, kept until the next one is opened: all its exercises are read one after the other."""
    outer = _root(place.root, place.label, *_version(place.root))
    return archive_tree(io.BytesIO(outer.read(place.member, ARCHIVE_BYTES)), place.member[-1], ONE)


@lru_cache(maxsize=2)
def _root(root: Path, label: str, changed: int, size: int) -> Tree:
    """Opened once in each process: reading the last student costs no more than reading the first."""
    if root.is_dir():
        return DiskTree(root)
    file: BinaryIO = os.fdopen(open_regular(root), "rb")
    return archive_tree(file, label, ALL)
