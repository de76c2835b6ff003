"""Zip files: Python's module reads the table of contents. We read the content, and count bytes: what a header says of
them is a claim."""

from __future__ import annotations

import bz2
import calendar
import stat
import zipfile
import zlib
from typing import BinaryIO

from grader.errors import BadSubmission
from grader.locale import say
from grader.submissions.trees import (
    REFUSED,
    ArchiveTree,
    Entry,
    Parts,
    has_bad_name,
    parts_of,
    refusal,
    shown,
    too_large,
    within,
)

UTF_8, ENCRYPTED, HEADER_BYTES = 0x800, 0x1 | 0x40 | 0x2000, 30
STORED, DEFLATED, BZIP2 = 0, 8, 12
ENTRY_BYTES = 120  # in the table of contents, on average
BLOCKS = 1 << 10  # what cannot be compressed grows a little


class TooMuch(Exception):
    """A table of contents that is too large to be read."""


class _Guarded:
    """A file of which no more than `most` bytes are read at once: the table of contents may not fill the memory."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._file, self._most = file, most

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise TooMuch
        return self._file.read(size if size >= 0 else self._most)


def zip_tree(file: BinaryIO, label: str, most: int) -> ArchiveTree:
    """Raises BadSubmission if it is damaged, made to deceive, or has more than `most` entries."""
    infos = _contents(file, label, most)
    _refuse_overlaps(infos, label)
    members: dict[Parts, zipfile.ZipInfo] = {}
    entries: dict[Parts, Entry] = {}
    for info in infos:
        entry = _entry(info)
        if entry.parts in members and entry.kind == "file":
            entry = Entry(entry.parts, "twice")  # which of the two is meant, programs do not agree on
        if entry.parts:
            entries[entry.parts] = entry
        if entry.kind == "file":
            members[entry.parts] = info

    def read(path: Parts, limit: int) -> bytes:
        if entries[path].kind in REFUSED:
            raise BadSubmission(refusal(entries[path], label))
        return _read(file, members[path], limit, label)

    return ArchiveTree(label, list(entries.values()), read)


def _contents(file: BinaryIO, label: str, most: int) -> list[zipfile.ZipInfo]:
    try:
        infos = zipfile.ZipFile(_Guarded(file, ENTRY_BYTES * most)).infolist()
    except TooMuch:
        infos = None
    except Exception:  # whatever that module raises, the bytes are to blame
        raise BadSubmission(say("archive_unreadable", file=shown(label))) from None
    if infos is None or len(infos) > most:
        raise BadSubmission(say("archive_entries", file=shown(label), count=most))
    return list(infos)


def _refuse_overlaps(infos: list[zipfile.ZipInfo], label: str) -> None:
    """Files that share bytes unpack to more than any archive could hold, or are one thing to one program and another
    to the next."""
    end = -1
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise BadSubmission(say("archive_overlap", file=shown(label)))
        end = info.header_offset + HEADER_BYTES + info.compress_size


def _entry(info: zipfile.ZipInfo) -> Entry:
    name = _name(info)
    parts = parts_of(name)
    when = _when(info)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if parts and has_bad_name(parts):
        return Entry(parts[:50], "name", 0, when)
    if name.endswith(("/", "\\")) or kind == stat.S_IFDIR:
        return Entry(parts, "folder", 0, when)
    if kind not in (0, stat.S_IFREG):
        return Entry(parts, "link" if kind == stat.S_IFLNK else "special", info.file_size, when)
    return Entry(parts, "locked" if info.flag_bits & ENCRYPTED else "file", info.file_size, when)


def _name(info: zipfile.ZipInfo) -> str:
    """Without its flag a name is in the code page of DOS by the rules, and UTF-8 by the habits of macOS and Linux."""
    if info.flag_bits & UTF_8 or info.orig_filename.isascii():
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _when(info: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return 0.0


def _read(file: BinaryIO, info: zipfile.ZipInfo, limit: int, label: str) -> bytes:
    if info.file_size > limit:
        raise too_large(parts_of(_name(info))[-1], limit)
    damaged = BadSubmission(say("archive_unreadable", file=shown(label)))
    try:
        packed = _packed(file, info, 2 * limit + BLOCKS)
        content = _unpacked(info.compress_type, packed, limit + 1, label)
    except (zlib.error, OSError, EOFError, ValueError, OverflowError):
        raise damaged from None
    within(content, limit, parts_of(_name(info))[-1])
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise damaged
    return content


def _packed(file: BinaryIO, info: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of a file as they stand in the archive. Raises ValueError if its own header is not as it should be."""
    file.seek(info.header_offset)
    header = file.read(HEADER_BYTES)
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & UTF_8 else "cp437")
    if header[:4] != b"PK\3\4" or file.read(name) != raw:
        raise ValueError
    file.seek(extra, 1)
    return file.read(min(info.compress_size, most))


def _unpacked(method: int, packed: bytes, most: int, label: str) -> bytes:
    if method == STORED:
        return packed[:most]
    if method == DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    if method == BZIP2:
        return bz2.BZ2Decompressor().decompress(packed, most)
    raise BadSubmission(say("archive_format", file=shown(label)))
