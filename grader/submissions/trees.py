"""What lies in a folder or an archive, seen alike: entries by their names, and a file's bytes up to a limit.

A tree is only looked at and read. Nothing of an archive is ever written under a name that stands in it.
"""

from __future__ import annotations

import bisect
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import BadSubmission
from grader.locale import say

Parts = tuple[str, ...]

FILES_OF_ALL = 1_000_000
FILES_OF_ONE = 10_000  # entries of one student
BYTES_OF_ONE = 256 << 20  # all of one student's files, unpacked
NAME_BYTES, PATH_BYTES, DEPTH = 255, 1024, 8
REFUSED = {  # kinds of entries for which nothing of an archive is taken
    "link": "archive_link",
    "special": "archive_special",
    "locked": "archive_locked",
    "twice": "archive_twice",
    "name": "archive_name",
}
NOISE = {"__pycache__", "__MACOSX", "node_modules", "venv", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing by its name. `kind`: file, folder, link, special; closed is a folder that may not be looked into; in
    archives there are also locked, twice and name (a bad one).

    `when` is its own word about when it was changed.
    """

    parts: Parts
    kind: str
    size: int = 0
    when: float = 0.0


def shown(text: str, most: int = 80) -> str:
    """A stranger's name as it may stand in a sentence."""
    clean = "".join(c if c.isprintable() and not 0xD800 <= ord(c) < 0xE000 else "\ufffd" for c in text[: most + 1])
    return clean if len(text) <= most else clean[:most] + "…"


def is_noise(name: str) -> bool:
    """What systems and tools leave behind; nobody means to hand it in."""
    return name.startswith(".") or name in NOISE


def _is_bad(part: str) -> bool:
    return part in ("", "..") or "\0" in part or part[1:2] == ":" or len(_bytes(part)) > NAME_BYTES


def has_bad_name(parts: Parts) -> bool:
    """Names that lead out of their folder, or that no folder could hold."""
    return not parts or any(map(_is_bad, parts)) or len(parts) > 50 or len(_bytes("/".join(parts))) > PATH_BYTES


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def parts_of(name: str) -> Parts:
    """An archive's name in parts. Windows programs write backslashes; an absolute name begins with an empty part."""
    name = name.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    return ("", *parts) if name.startswith("/") else parts


class TooLarge(BadSubmission):
    """A file may be left out for it, an archive may not."""


class DiskTree:
    """A folder on this machine. Links are never followed, nothing but regular files is ever opened."""

    packed = False

    def __init__(self, root: Path) -> None:
        self.label, self._root = root.name, root

    def children(self, folder: Parts, most: int = FILES_OF_ALL) -> list[Entry]:
        """What lies in it, by name. Raises BadSubmission where it cannot be looked into."""
        place = self._root.joinpath(*folder)
        try:
            found = [_entry(folder, entry) for entry in itertools.islice(os.scandir(place), most)]
        except OSError as problem:
            raise BadSubmission(say("unreadable", file=shown(place.name), problem=problem.strerror)) from None
        return sorted(found, key=lambda entry: entry.parts)

    def walk(self, folder: Parts, depth: int = DEPTH) -> Iterator[Entry]:
        """All below it, the upper levels first, and no more than FILES_OF_ONE. Raises BadSubmission for `folder`."""
        waiting, left = [folder], FILES_OF_ONE
        while waiting:
            here = waiting.pop(0)
            try:
                entries = self.children(here, FILES_OF_ONE)
            except BadSubmission:
                if here == folder:
                    raise
                entries = []
                yield Entry(here[len(folder) :], "closed")
            for entry in entries:
                if is_noise(entry.parts[-1]):
                    continue
                yield replace(entry, parts=entry.parts[len(folder) :])
                left -= 1
                if left == 0:
                    return
                if entry.kind == "folder" and len(entry.parts) - len(folder) < depth:
                    waiting.append(entry.parts)

    def read(self, path: Parts, limit: int) -> bytes:
        """A file's content. Raises BadSubmission if it is no regular file of at most that size."""
        file = self._root.joinpath(*path)
        try:
            descriptor = open_regular(file)
        except OSError as problem:
            raise BadSubmission(say("unreadable", file=shown(file.name), problem=problem.strerror)) from None
        with os.fdopen(descriptor, "rb") as opened:
            try:
                content = opened.read(limit + 1)
            except OSError as problem:
                raise BadSubmission(say("unreadable", file=shown(file.name), problem=problem.strerror)) from None
        return within(content, limit, file.name)

    def objection(self, folder: Parts) -> str:
        """Odd things in a folder cost nothing: they are not opened."""
        return ""


def open_regular(file: Path) -> int:
    """A descriptor of a regular file that is no link. Raises BadSubmission for anything else."""
    kind = _kind(os.lstat(file).st_mode)
    if kind != "file":
        raise BadSubmission(wrong_kind(kind, file.name))
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # it was changed since we looked
        os.close(descriptor)
        raise BadSubmission(wrong_kind("special", file.name))
    return descriptor


def wrong_kind(kind: str, name: str) -> str:
    """Why that is no file of a learner."""
    return say(
        {"link": "is_link", "folder": "is_folder", "closed": "is_closed"}.get(kind, "is_special"), file=shown(name)
    )


def within(content: bytes, limit: int, name: str) -> bytes:
    if len(content) > limit:
        raise too_large(name, limit)
    return content


def too_large(name: str, limit: int) -> TooLarge:
    return TooLarge(say("too_large", file=shown(name), size=limit >> 20))


def _entry(folder: Parts, entry: os.DirEntry[str]) -> Entry:
    facts = entry.stat(follow_symlinks=False)
    return Entry((*folder, entry.name), _kind(facts.st_mode), facts.st_size, facts.st_mtime)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "special")


class ArchiveTree:
    """An archive: what its table of contents says, and a way to read one file of it."""

    packed = True

    def __init__(self, label: str, entries: list[Entry], read: Callable[[Parts, int], bytes]) -> None:
        self.label = label
        self._entries = sorted(entries, key=_parts)
        self._read = read

    def _below(self, folder: Parts) -> list[Entry]:
        if not folder:
            return self._entries
        first = bisect.bisect_left(self._entries, folder, key=_parts)
        after = (*folder[:-1], folder[-1] + "\0")
        return self._entries[first : bisect.bisect_left(self._entries, after, key=_parts)]

    def children(self, folder: Parts, most: int = FILES_OF_ALL) -> list[Entry]:
        """What lies in it, by name; folders need no entry of their own. There are no more than were let in."""
        found: dict[Parts, Entry] = {}
        for entry in self._below(folder):
            path = entry.parts[: len(folder) + 1]
            if len(entry.parts) == len(path) > len(folder):
                found.setdefault(path, entry)
            elif len(entry.parts) > len(path):
                found[path] = Entry(path, "folder", 0, entry.when)
        return list(found.values())

    def walk(self, folder: Parts, depth: int = DEPTH) -> Iterator[Entry]:
        for entry in self._below(folder):
            parts = entry.parts[len(folder) :]
            if 0 < len(parts) <= depth and not any(map(is_noise, parts)):
                yield replace(entry, parts=parts)

    def read(self, path: Parts, limit: int) -> bytes:
        """A file's content. Raises BadSubmission if the archive is damaged there, or the file larger than that."""
        try:
            return self._read(path, limit)
        except KeyError:
            raise BadSubmission(say("missing", file=shown(path[-1]))) from None

    def objection(self, folder: Parts) -> str:
        """Why nothing below that folder is taken; empty if nothing speaks against it."""
        entries = self._below(folder)
        if len(entries) > FILES_OF_ONE:
            return say("archive_entries", file=shown(self.label), count=FILES_OF_ONE)
        if sum(entry.size for entry in entries) > BYTES_OF_ONE:
            return say("archive_bomb", file=shown(self.label), size=BYTES_OF_ONE >> 20)
        for entry in entries:
            hidden = any(map(is_noise, entry.parts[len(folder) :])) and entry.kind in ("link", "special")
            if entry.kind in REFUSED and not hidden:
                return refusal(entry, self.label)
        return ""


def refusal(entry: Entry, archive: str) -> str:
    return say(REFUSED[entry.kind], file=shown(archive), name=shown("/".join(entry.parts)))


def _parts(entry: Entry) -> Parts:
    return entry.parts


Tree = DiskTree | ArchiveTree
