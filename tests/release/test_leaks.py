"""The scan: whatever way a line of solutions/ is written down, it is found; what is trivial or public is not."""

from __future__ import annotations

import base64
import bz2
import codecs
import gzip
import html
import io
import json
import lzma
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.leaks import Secrets
from grader.course.wheel import zipped
from tests.course_copy import TOY, copy_to

LINE = b'        raise TypeError(f"x is a text: {x!r}")'
HIDDEN = b"assert submission.run(doubled_and_argument, x) == close_to(expected)".replace(b"(d", b'("d').replace(
    b"t,", b't",'
)


def tarred(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("a")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def wrapped(text: bytes) -> bytes:
    """As in a Python file: several strings, one below the other."""
    return b"DATA = (\n" + b"\n".join(b'    "' + text[i : i + 40] + b'"' for i in range(0, len(text), 40)) + b"\n)"


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "other spaces": lambda line: line.replace(b" ", b"\t  \n"),
    "windows": lambda line: b"\r\n" + line + b"\r\n",
    "utf-16": lambda line: line.decode().encode("utf-16"),
    "utf-16 big endian": lambda line: line.decode().encode("utf-16-be"),
    "utf-32": lambda line: line.decode().encode("utf-32"),
    "ebcdic": lambda line: line.decode().encode("cp500"),
    "json": lambda line: json.dumps({"cells": [line.decode()]}).encode(),
    "json with escapes": lambda line: "".join(f"\\u{byte:04x}" for byte in line).encode(),
    "hex escapes": lambda line: "".join(f"\\x{byte:02x}" for byte in line).encode(),
    "octal escapes": lambda line: "".join(f"\\{byte:03o}" for byte in line).encode(),
    "html": lambda line: html.escape(line.decode()).encode(),
    "html numbers": lambda line: "".join(f"&#{byte};" for byte in line).encode(),
    "url": lambda line: urllib.parse.quote(line).encode(),
    "quoted-printable": lambda line: "".join(f"={byte:02X}" for byte in line).encode(),
    "backwards": lambda line: line[::-1],
    "rot13": lambda line: codecs.encode(line.decode(), "rot13").encode(),
    "numbers": lambda line: str(list(line)).encode(),
    "base64": base64.b64encode,
    "base64 inside a word": lambda line: b"see key:abcde" + base64.b64encode(line) + b" there",
    "base64 without end": lambda line: base64.b64encode(line).rstrip(b"="),
    "base64 url": lambda line: base64.urlsafe_b64encode(b"\xff\xfe\xfd" + line),
    "base64 wrapped": lambda line: wrapped(base64.b64encode(line)),
    "base64 backwards": lambda line: base64.b64encode(line[::-1]),
    "base64 of utf-16": lambda line: base64.b64encode(line.decode().encode("utf-16")),
    "base64 twice": lambda line: base64.b64encode(base64.b64encode(line)),
    "base32": base64.b32encode,
    "base85": base64.b85encode,
    "ascii85": lambda line: base64.a85encode(line, adobe=True),
    "hex": lambda line: line.hex().encode(),
    "hex with commas": lambda line: line.hex(",").encode(),
    "hex list": lambda line: ", ".join(map(hex, line)).encode(),
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda line: lzma.compress(line, lzma.FORMAT_ALONE),
    "zlib": lambda line: zlib.compress(line, 9),
    "zlib in a picture": lambda line: b"\x89PNG\r\n\x1a\nIDAT" + zlib.compress(line) + b"IEND",
    "zip": lambda line: zipped({"a": line}),
    "tar.gz": tarred,
    "cut gzip": lambda line: gzip.compress(line + bytes(range(256)) * 40)[:-20],
    "gzip in base64": lambda line: base64.b64encode(gzip.compress(line)),
    "zlib in base85": lambda line: base64.b85encode(zlib.compress(line)),
    "zip in zip": lambda line: zipped({"b.whl": zipped({"a": line})}),
}


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return Secrets(TOY)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("line", [LINE, HIDDEN], ids=["answer", "hidden check"])
def test_a_line_is_found_in_any_encoding(way: str, line: bytes, secrets: Secrets) -> None:
    """Among other things, which do not hide it."""
    found = list(secrets.in_file("a", WAYS[way](line)))
    assert [leak.line for leak in found] == [line.strip().decode()]
    begun = b'"""Some text before."""\n\n' + WAYS[way](line) + b"\nand after\n"
    if way not in ("utf-16", "utf-16 big endian", "utf-32", "ebcdic", "cut gzip"):  # these are whole files
        assert list(secrets.in_file("a", begun)) == found


def test_every_file_of_solutions_is_found_by_itself_but_its_public_lines(secrets: Secrets, tmp_path: Path) -> None:
    for file in TOY.glob("solutions/**/*.py"):
        text = file.read_bytes()
        if any(len(line) > 40 and line.strip() not in stub() for line in text.splitlines()):
            assert list(secrets.in_file("a", text)), file


def stub() -> list[bytes]:
    return [line.strip() for line in (TOY / "exercises" / "90_double" / "double.py").read_bytes().splitlines()]


def test_what_the_stub_shows_is_no_secret(secrets: Secrets) -> None:
    for file in TOY.glob("exercises/*/*"):
        assert not file.is_file() or not list(secrets.in_file(file.name, file.read_bytes()))


def test_short_lines_are_found_where_they_follow_each_other(tmp_path: Path) -> None:
    """A body of short lines is an answer too; one of them alone is nobody's."""
    course = copy_to(tmp_path)
    answer = course.solutions / "double.py"
    lines = ["m = b1 * m", "v = b2 * v + g * g", "n = m / (1 - b1)", "p -= lr * n / v", "return p"]
    answer.write_text(answer.read_text().replace("return 2 * x", "\n    ".join(lines)))
    secrets = Secrets(course.root)
    assert list(secrets.in_file("a", "\n".join(lines).encode()))
    assert list(secrets.in_file("a", base64.b64encode("\n        ".join(lines[1:]).encode())))
    assert not list(secrets.in_file("a", b"v = b2 * v + g * g"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_letters_beyond_ascii_are_found_as_well(encoding: str, tmp_path: Path) -> None:
    course = copy_to(tmp_path)
    answer = course.solutions / "double.py"
    line = '    raise ValueError(f"el tamaño no es válido: {x}")'
    answer.write_text(answer.read_text().replace("    return 2 * x", line), "utf-8")
    found = list(Secrets(course.root).in_file("a", f"# one\n{line}\n# two\n".encode(encoding)))
    assert [leak.line for leak in found] == [line.strip()]


def test_a_bomb_is_refused_not_unpacked(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.course import unwrap
    from grader.errors import KataError

    monkeypatch.setattr(unwrap, "MOST_BYTES", 1 << 20)
    with pytest.raises(KataError, match="so deeply"):
        list(secrets.in_file("a", gzip.compress(bytes(2 << 20))))
    nested = LINE
    for _ in range(10):
        nested = gzip.compress(nested)
    with pytest.raises(KataError, match="so deeply"):
        list(secrets.in_file("a", nested))


def test_a_zip_whose_table_lies_is_looked_into(secrets: Secrets) -> None:
    """Members are found by themselves: a table of contents could leave one out."""
    whole = zipped({"a": LINE, "b": b"nothing"})
    table = whole.rindex(b"PK\x01\x02")
    assert list(secrets.in_file("a", whole[: whole.index(b"PK\x01\x02")] + whole[table:]))
    assert zipfile.is_zipfile(io.BytesIO(whole))


def test_nothing_of_the_real_solutions_stands_in_the_exercises_or_the_engine() -> None:
    """What `kata release` would refuse. If learners may see a line, it goes into solutions/NN_slug/public_lines.txt."""
    import grader
    from grader.course import wheel

    root = Path(grader.__file__).parent.parent
    secrets = Secrets(root)
    files = {
        file.relative_to(root).as_posix(): file.read_bytes() for file in root.glob("exercises/*/*") if file.is_file()
    }
    files["engine.whl"] = wheel.build()
    found = [leak for name, content in files.items() for leak in secrets.in_file(name, content)]
    assert found == []
