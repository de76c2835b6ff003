"""The table of contents of a tar file, read by ourselves.

Python's own module follows what headers say about themselves: it reads an extended header of any size at once, and
releases that are in use (3.11.7 among them) can be kept busy for ever by crafted numbers. Here every step is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from grader.errors import BadSubmission
from grader.locale import say
from grader.submissions.trees import ArchiveTree, Entry, Parts, has_bad_name, parts_of, shown, within

BLOCK, EXTENDED_BYTES = 512, 64 << 10
FILE, FOLDER, LINKS, DEVICES = b"0\0", b"5", b"12", b"346"
EXTENDED = b"xgXLK"  # headers that say something about the next one


class Damaged(Exception):
    """The bytes are no tar file, or one that was cut off."""


@dataclass(frozen=True)
class _Header:
    name: bytes
    kind: bytes
    size: int
    when: float


def tar_tree(file: BinaryIO, label: str, most: int) -> ArchiveTree:
    """A tar file that is not compressed. Raises BadSubmission if it is damaged or has more than `most` entries."""
    places: dict[Parts, int] = {}
    entries: dict[Parts, Entry] = {}
    try:
        end = _size(file)
        if end == 0:
            raise Damaged
        for count, (header, place) in enumerate(_members(file, end, most), 1):
            if count > most:
                raise BadSubmission(say("archive_entries", file=shown(label), count=most))
            entry = _entry(header)
            if entry.parts:  # of two with one name the later counts, as whoever appends to a tar means it
                entries[entry.parts], places[entry.parts] = entry, place
    except (Damaged, ValueError, OSError, OverflowError):
        raise BadSubmission(say("archive_unreadable", file=shown(label))) from None

    def read(path: Parts, limit: int) -> bytes:
        size = entries[path].size
        file.seek(places[path])
        return within(file.read(min(size, limit + 1)), limit, path[-1])

    return ArchiveTree(label, list(entries.values()), read)


def begins_as_tar(file: BinaryIO) -> bool:
    """A tar may hold a zip as its last member, and then ends as a zip does."""
    try:
        _header(file.read(BLOCK))
    except Damaged:
        return False
    finally:
        file.seek(0)
    return True


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _members(file: BinaryIO, end: int, most: int) -> Iterator[tuple[_Header, int]]:
    """Each member's header, with what came before it in extended headers, and the place of its content."""
    about: dict[str, bytes] = {}
    extended = 0
    while block := file.read(BLOCK):
        if not block.strip(b"\0"):
            return
        header = _header(block)
        if header.kind in EXTENDED:
            extended += 1
            if header.size > EXTENDED_BYTES or extended > 4 * most:
                raise Damaged
            about |= _about(header.kind, file.read(header.size))
            _skip(file, -header.size % BLOCK, end)
            continue
        header = _completed(header, about)
        about = {}
        yield header, file.tell()
        has_content = header.kind not in FOLDER + LINKS + DEVICES
        _skip(file, (header.size + -header.size % BLOCK) if has_content else 0, end)


def _skip(file: BinaryIO, count: int, end: int) -> None:
    at = file.seek(count, 1)
    if at - end >= BLOCK:  # the last content's filling may be missing, the content may not
        raise Damaged


def _header(block: bytes) -> _Header:
    if len(block) < BLOCK:
        raise Damaged
    spaces = sum(block) - sum(block[148:156]) + 8 * 32
    if _number(block[148:156]) != spaces:
        raise Damaged
    name = block[:100].split(b"\0")[0]
    prefix = block[345:500].split(b"\0")[0]
    if block[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    return _Header(name, block[156:157], _number(block[124:136]), float(_number(block[136:148])))


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0")[0].strip()
    if digits.strip(b"01234567"):
        raise Damaged
    return int(digits or b"0", 8)


def _about(kind: bytes, body: bytes) -> dict[str, bytes]:
    if kind == b"g":
        return {}  # about all that follow: comments, as GitHub's commit
    if kind in b"LK":
        return {"path": body.split(b"\0")[0]} if kind == b"L" else {}
    records: dict[str, bytes] = {}
    at = 0
    while at < len(body) and body[at] != 0:
        space = body.find(b" ", at, at + 10)
        if space < 0 or not body[at:space].isdigit():
            raise Damaged
        length = int(body[at:space])
        key, sign, value = body[space + 1 : at + length - 1].partition(b"=")
        if length <= space + 1 - at or not sign:
            raise Damaged
        records[key.decode("utf-8", "replace")] = value
        at += length
    return records


def _completed(header: _Header, about: dict[str, bytes]) -> _Header:
    size = about.get("size")
    if size is not None and not (size.isdigit() and len(size) < 20):
        raise Damaged
    sparse = any(key.startswith("GNU.sparse") for key in about)
    return _Header(
        about.get("path", header.name), b"S" if sparse else header.kind, int(size) if size else header.size, header.when
    )


def _entry(header: _Header) -> Entry:
    name = header.name.decode("utf-8", "surrogateescape")
    parts = parts_of(name)
    if parts and has_bad_name(parts):
        return Entry(parts[:50], "name", 0, header.when)
    if header.kind in FOLDER or (header.kind in FILE and name.endswith("/")):
        return Entry(parts, "folder", 0, header.when)
    kind = "file" if header.kind in FILE + b"7" else "link" if header.kind in LINKS else "special"
    return Entry(parts, kind, header.size, header.when)
