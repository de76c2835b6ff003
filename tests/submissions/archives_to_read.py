"""Archives: hostile and broken ones with a part of the reason that is given, and good ones of several programs."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from tests.submissions.making import CODE, member, patched, tar_with, tarred, zip_with, zipped

LINK, FIFO, DEVICE = stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o666, stat.S_IFCHR | 0o666
ZEROS = b"\0" * (1 << 20)
FLAGS, METHOD, CRC, SIZE = 6, 8, 14, 22


def zip_of_zeros(mebibytes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("double.py", CODE)
        with archive.open("zeros", "w", force_zip64=True) as file:
            for _ in range(mebibytes):
                file.write(ZEROS)
    return buffer.getvalue()


def tar_of_zeros(mebibytes: int, compress: Callable[[bytes], bytes]) -> bytes:
    """Streams of one mebibyte each: compressed tars may have several."""
    head = member("zeros", size=mebibytes << 20).tobuf()
    return compress(head) + compress(ZEROS) * mebibytes + compress(b"\0" * 1024)


def one_stream(mebibytes: int) -> bytes:
    """The same as one stream of gzip."""
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [stream.compress(member("zeros", size=mebibytes << 20).tobuf())]
    parts += [stream.compress(ZEROS) for _ in range(mebibytes)]
    return b"".join(parts) + stream.flush()


def overlapping() -> bytes:
    """Two entries of the table of contents for one and the same bytes."""
    archive = bytearray(zipped({"double.py": CODE, "second.py": CODE}))
    at = archive.rindex(b"second.py") - 46
    struct.pack_into("<I", archive, at + 42, 0)
    return bytes(archive)


def twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("double.py", CODE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("double.py", b"other")
    return buffer.getvalue()


def many_in_zip(count: int) -> bytes:
    """A table of contents with that many entries, and nothing else."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0)
    contents = b"".join(entry + b"%06x" % i for i in range(count))
    return contents + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(contents), 0, 0)


def many_in_tar(count: int) -> bytes:
    return gzip.compress(b"".join(member(f"f{i}").tobuf() for i in range(count)) + b"\0" * 1024, 1)


def pax_bomb() -> bytes:
    """An extended header that says it is large, as one that is read at once would fill the memory."""
    return gzip.compress(member("././@PaxHeader", tarfile.XHDTYPE, size=64 << 20).tobuf() + ZEROS * 64)


def pax(body: bytes) -> bytes:
    filled = body + b"\0" * (-len(body) % 512)
    return member("x", tarfile.XHDTYPE, size=len(body)).tobuf() + filled + member("double.py").tobuf() + b"\0" * 1024


def numbered_size(field: bytes) -> bytes:
    """A tar whose first member has that for its size."""
    header = bytearray(member("double.py", size=8).tobuf())
    header[124:136] = field
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:]))
    return bytes(header) + b"\0" * 1024


def stored_lie() -> bytes:
    """Says it unpacks to 10 bytes; it unpacks to a mebibyte."""
    return patched(zipped({"helper.py": ZEROS, "double.py": CODE}), b"helper.py", SIZE, "<I", 10)


def main_lies() -> bytes:
    return patched(zipped({"double.py": ZEROS * 64}), b"double.py", SIZE, "<I", 1000)


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


GOOD_ZIP, GOOD_TAR = (
    zipped({"double.py": CODE, "a": os.urandom(5000)}),
    tarred({"double.py": CODE, "a": os.urandom(5000)}),
)
ATTACKS: dict[str, tuple[bytes, str]] = {
    "zip_slip": (zip_with("../../slipped.py"), "leads elsewhere"),
    "zip_slip_inside": (zip_with("a/../../slipped.py"), "leads elsewhere"),
    "zip_slip_backslashes": (zip_with("..\\..\\slipped.py"), "leads elsewhere"),
    "zip_absolute": (zip_with("/tmp/slipped.py"), "leads elsewhere"),
    "zip_absolute_backslash": (zip_with("\\\\server\\share\\slipped.py"), "leads elsewhere"),
    "zip_drive": (zip_with("C:\\slipped.py"), "leads elsewhere"),
    "zip_drive_relative": (zip_with("C:slipped.py"), "leads elsewhere"),
    "zip_nul": (zip_with("name").replace(b"name", b"n\0me"), "leads elsewhere"),
    "zip_long_name": (zip_with("x" * 5000), "too long"),
    "zip_name_of_300": (zip_with("x" * 300), "too long"),
    "zip_deep_name": (zip_with("/".join("x" * 5000)), "too long"),
    "zip_link": (zip_with("link.py", LINK, b"/etc/passwd"), "holds a link: link.py"),
    "zip_link_for_the_file": (zip_with("90_double/double.py", LINK, b"/etc/passwd"), "holds a link"),
    "zip_fifo": (zip_with("pipe", FIFO), "no regular file: pipe"),
    "zip_device": (zip_with("device", DEVICE), "no regular file: device"),
    "zip_locked": (patched(zip_with("locked"), b"locked", FLAGS, "<H", 1), "password"),
    "zip_twice": (twice(), "holds double.py twice"),
    "zip_overlapping": (overlapping(), "made to deceive"),
    "zip_bomb": (zip_of_zeros(300), "more than 256 MiB"),
    "zip_main_lies": (main_lies(), "larger than 1 MiB"),
    "zip_helper_lies": (stored_lie(), "damaged"),
    "zip_checksum": (patched(GOOD_ZIP, b"double.py", CRC, "<I", 7), "damaged"),
    "zip_method": (patched(GOOD_ZIP, b"double.py", METHOD, "<H", 99), "packed in a way"),
    "zip_cut": (cut(GOOD_ZIP), "damaged"),
    "zip_no_content": (GOOD_ZIP.replace(b"PK\3\4", b"PK\3\5"), "damaged"),
    "zip_many": (many_in_zip(1_000_000), "more than 10000 files"),
    "zip_rather_many": (many_in_zip(11_000), "more than 10000 files"),
    "zip_two_names": (GOOD_ZIP.replace(b"double.py", b"triple.py", 1), "damaged"),
    "zip_offset": (patched(zipped({"double.py": CODE}), b"double.py", 40, "<I", 0xFFFFFF00, local=False), "damaged"),
    "zip_empty_file": (b"", "damaged"),
    "text": (b"I could not make it work, sorry.\n" * 30, "damaged"),
    "rar": (b"Rar!\x1a\x07\0" + bytes(100), "packed in a way"),
    "seven_zip": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "packed in a way"),
    "zstandard": (b"\x28\xb5\x2f\xfd" + bytes(100), "packed in a way"),
    "tar_slip": (tar_with(member("../../slipped.py")), "leads elsewhere"),
    "tar_absolute": (tar_with(member("/tmp/slipped.py")), "leads elsewhere"),
    "tar_long_name": (tar_with(member("x" * 5000)), "too long"),
    "tar_link": (tar_with(member("link.py", tarfile.SYMTYPE, linkname="/etc/passwd")), "holds a link"),
    "tar_hard_link": (tar_with(member("link.py", tarfile.LNKTYPE, linkname="double.py")), "holds a link"),
    "tar_link_as_folder": (tar_with(member("90_double", tarfile.SYMTYPE, linkname="/tmp"), files={"90_double/double.py": CODE}), "holds a link"),
    "tar_device": (tar_with(member("zero", tarfile.CHRTYPE, devmajor=1, devminor=5)), "no regular file"),
    "tar_fifo": (tar_with(member("pipe", tarfile.FIFOTYPE)), "no regular file"),
    "tar_sparse": (tar_with(member("sparse", tarfile.GNUTYPE_SPARSE)), "no regular file"),
    "tar_sparse_by_pax": (tar_with(member("sparse", pax_headers={"GNU.sparse.major": "1"})), "no regular file"),
    "tar_checksum": (tarred({"double.py": CODE}, "w").replace(b"double.py", b"doubly.py"), "damaged"),
    "tar_gzip_bomb": (one_stream(300), "more than 256 MiB"),
    "tar_gzip_bomb_of_streams": (tar_of_zeros(300, gzip.compress), "more than 256 MiB"),
    "tar_gzip_bomb_behind_the_end": (GOOD_TAR + gzip.compress(ZEROS) * 300, "more than 256 MiB"),
    "tar_bzip2_bomb": (tar_of_zeros(300, bz2.compress), "more than 256 MiB"),
    "tar_xz_bomb": (tar_of_zeros(300, lzma.compress), "more than 256 MiB"),
    "tar_pax_bomb": (pax_bomb(), "damaged"),
    "tar_pax_digits": (pax(b"9" * 60_000), "damaged"),
    "tar_pax_negative": (pax(b"0 path=x\n"), "damaged"),
    "tar_pax_size": (pax(b"20 size=999999999999\n"), "damaged"),
    "tar_huge_size": (numbered_size(b"\x80" + b"\xff" * 11), "damaged"),
    "tar_no_number": (numbered_size(b"nonsense----"), "damaged"),
    "tar_negative_size": (numbered_size(b"\xff" * 12), "damaged"),
    "tar_many": (many_in_tar(11_000), "more than 10000 files"),
    "tar_cut": (cut(GOOD_TAR), "damaged"),
    "tar_cut_inside": (gzip.compress(cut(gzip.decompress(GOOD_TAR)[:7000])), "damaged"),
    "tar_damaged": (GOOD_TAR[:60] + b"\xff" * 20 + GOOD_TAR[80:], "damaged"),
    "gzip_of_text": (gzip.compress(b"hello"), "damaged"),
    "gzip_of_nothing": (gzip.compress(b"") * 20_000, "cannot be unpacked"),
    "archive_in_archive": (zipped({"inner.zip": zipped({"double.py": CODE})}), "another archive"),
    "forty_two": (zipped({f"{i}.zip": zipped({f"{j}.zip": zip_of_zeros(3) for j in range(3)}) for i in range(3)}), "another archive"),
}  # fmt: skip


def zip64() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("double.py", "w", force_zip64=True) as file:
        file.write(CODE)
    return buffer.getvalue()


GOOD: dict[str, bytes] = {
    "zip64": zip64(),
    "stored": zipped({"double.py": CODE}, zipfile.ZIP_STORED),
    "deflated": zipped({"double.py": CODE}),
    "bzip2": zipped({"double.py": CODE}, zipfile.ZIP_BZIP2),
    "of_windows": zip_with("x").replace(b"x", b"x") and zipped({"90_double\\double.py": CODE, "90_double\\data\\t.csv": b"1"}),
    "with_a_front": b"#!/bin/sh\nexit\n" + zipped({"double.py": CODE}),
    "of_macos": zipped({"90_double/double.py": CODE, "__MACOSX/90_double/._double.py": b"\0", "90_double/.DS_Store": b"\0"}),
    "with_venv_links": tar_with(member("venv/bin/python", tarfile.SYMTYPE, linkname="/usr/bin/python3"), member(".venv/x", tarfile.SYMTYPE, linkname="/")),
    "plain_tar": tarred({"double.py": CODE}, "w"),
    "ustar": tarred({"a" * 90 + "/" + "b" * 90 + "/double.py": CODE}, "w:xz", format=tarfile.USTAR_FORMAT),
    "gnu": tarred({"a" * 120 + "/" + "b" * 120 + "/double.py": CODE}, format=tarfile.GNU_FORMAT),
    "pax": tarred({"a" * 120 + "/ñ" * 20 + "/double.py": CODE, "double.py": CODE}, format=tarfile.PAX_FORMAT),
    "of_git": tarred({"r-1a2b/exercises/90_double/double.py": CODE}, format=tarfile.PAX_FORMAT, pax_headers={"comment": "1a2b" * 10}),
    "appended_to": tar_with(member("double.py"), files={"double.py": CODE}),
    "without_an_end": gzip.compress(tarred({"double.py": CODE}, "w")[:1024]),
    "two_streams": (lambda tar: gzip.compress(tar[:700]) + gzip.compress(tar[700:]))(tarred({"double.py": CODE}, "w")),
    "empty_folders": tar_with(member("./", tarfile.DIRTYPE), member("./90_double/", tarfile.DIRTYPE), files={"./90_double/double.py": CODE}),
}  # fmt: skip
