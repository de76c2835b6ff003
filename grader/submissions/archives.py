"""Archives by their content, whatever their name says: zip, tar, and tar compressed by gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import lzma
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from grader.errors import BadSubmission
from grader.locale import say
from grader.submissions.tars import begins_as_tar, tar_tree
from grader.submissions.trees import BYTES_OF_ONE, FILES_OF_ONE, ArchiveTree, shown
from grader.submissions.zips import zip_tree

ARCHIVE_BYTES = 64 << 20  # of one student's archive
IN_MEMORY = 16 << 20
CHUNK, STREAMS, XZ_MEMORY = 1 << 20, 1_000, 256 << 20
SUFFIX = re.compile(r"(\.tar)?\.(zip|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar)$", re.IGNORECASE)
FOREIGN = (b"Rar!", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")  # and zstd


@dataclass(frozen=True)
class Limits:
    entries: int
    unpacked: int


ONE = Limits(FILES_OF_ONE, BYTES_OF_ONE)
ALL = Limits(250_000, 4 << 30)


def is_archive(name: str) -> bool:
    """By its name: whoever calls a file so means an archive, and is told if it is none."""
    return SUFFIX.search(name) is not None


def without_suffix(name: str) -> str:
    return SUFFIX.sub("", name)


def archive_tree(file: BinaryIO, label: str, limits: Limits) -> ArchiveTree:
    """Raises BadSubmission for what is no archive, is damaged, or unpacks to more than it may."""
    head = _head(file)
    if head.startswith(FOREIGN):
        raise BadSubmission(say("archive_format", file=shown(label)))
    if is_compressed(file):
        unpacked = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the tree reads from it as long as it lives
        expand(file, cast("IO[bytes]", unpacked), label, limits.unpacked)
        return tar_tree(cast(BinaryIO, unpacked), label, limits.entries)
    if head.startswith(b"PK") or (not begins_as_tar(file) and zipfile.is_zipfile(file)):
        return zip_tree(file, label, limits.entries)
    return tar_tree(file, label, limits.entries)


def is_compressed(file: BinaryIO) -> bool:
    return _decompressor(_head(file)) is not None


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    return head


def expand(file: BinaryIO, into: IO[bytes], label: str, most: int) -> None:
    """Decompress, counting. Raises BadSubmission beyond `most` bytes and where the stream is damaged."""
    written = 0
    try:
        for chunk in _chunks(file):
            written += len(chunk)
            if written > most:
                raise BadSubmission(say("archive_bomb", file=shown(label), size=most >> 20))
            into.write(chunk)
    except (zlib.error, lzma.LZMAError, EOFError, ValueError):
        raise BadSubmission(say("archive_unreadable", file=shown(label))) from None
    except OSError as problem:  # bz2's own word for damage has no number
        key = "no_room" if problem.errno else "archive_unreadable"
        raise BadSubmission(say(key, file=shown(label), folder=tempfile.gettempdir())) from None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The content of one or more streams, one after the other; what follows them that is none is filling."""
    data = b""
    for _ in range(STREAMS):
        data = data or file.read(CHUNK)
        stream = _decompressor(data)
        if stream is None:
            return
        while not stream.eof:
            data = (data or file.read(CHUNK)) if stream.needs_input else b""
            chunk = stream.decompress(data, CHUNK)
            if not chunk and not data and stream.needs_input:
                raise EOFError
            data = b""
            yield chunk
        data = stream.unused_data
        if len(data) < 6:
            data += file.read(CHUNK)
    raise ValueError("too many streams")


class _Gunzip:
    """zlib's decompressor with the interface of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, most)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


def _decompressor(head: bytes) -> Any:
    kinds: dict[bytes, Callable[[], Any]] = {
        b"\x1f\x8b": _Gunzip,
        b"BZh": bz2.BZ2Decompressor,
        b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY),
    }
    return next((make() for magic, make in kinds.items() if head.startswith(magic)), None)


def expanded_beside(file: BinaryIO, label: str) -> str:
    """The path of a temporary file with the class's tar, decompressed once so that every process can reach each member
    at once. It is for whoever calls to remove."""
    descriptor, path = tempfile.mkstemp(prefix="gradkata-", suffix=".tar")
    try:
        with os.fdopen(descriptor, "wb") as into:
            expand(file, into, label, ALL.unpacked)
    except BaseException:
        os.unlink(path)
        raise
    return path
