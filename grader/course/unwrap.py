"""What bytes say in another encoding: unpacked, decoded, turned round. For finding, not reading: garbage is fine."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import html
import lzma
import re
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from typing import Any

DEPTH = 4  # an archive in base64 in a gzip in a zip
MOST_BYTES = 256 << 20
PRINTABLE = bytes(range(32, 127)) + b"\t\n\r"

PACKED: dict[bytes, Callable[[], Any]] = {  # how a stream begins, anywhere in a file -> who unpacks it
    rb"\x1f\x8b\x08": lambda: zlib.decompressobj(31),
    rb"[\x18-\x78][\x01\x5e\x9c\xda]": zlib.decompressobj,
    rb"BZh[1-9]1AY&SY": bz2.BZ2Decompressor,
    rb"\xfd7zXZ\x00": lzma.LZMADecompressor,
    rb"\x5d\x00\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
}
ZIPPED = re.compile(rb"PK\x03\x04", re.DOTALL)  # each member by itself: no table of contents is believed
ESCAPE = re.compile(r"\\(?:[uxU]([0-9A-Fa-f]{2,8})|([0-7]{1,3}))")


class TooDeep(Exception):
    """More than can be looked at."""


def unwrapped(content: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """The content and everything that lies in it."""
    yield content
    for inner in _streams(content):
        if depth == 0:
            raise TooDeep
        yield from unwrapped(inner, depth - 1)
    for inner in _armoured(content):
        looks = inner.translate(None, PRINTABLE)
        if len(looks) * 10 < len(inner) and depth:
            yield from unwrapped(inner, depth - 1)  # text again
        else:
            yield inner
            for stream in _streams(inner):
                yield from unwrapped(stream, max(0, depth - 1))


def texts(content: bytes) -> Iterator[str]:
    """The content as text, by each way to write characters down, forwards, backwards and in ROT13."""
    plain = content.replace(b"\0", b"").decode("utf-8", "ignore")  # of UTF-16 and 32 that leaves the ASCII characters
    yield plain
    if not content.isascii() and b"\0" not in content:
        yield content.decode("latin-1")
    yield plain[::-1]
    yield codecs.encode(plain, "rot13")
    for name in ("utf-16-le", "utf-16-be") if b"\0" in content else ("utf-7",) if b"+A" in content else ():
        yield content.decode(name, "ignore")
    if content.count(b"\x40") * 20 > len(content) and b" " not in content:
        yield content.decode("cp500")
    for other in _escaped(plain):
        if other != plain:
            yield other


def _escaped(text: str) -> Iterator[str]:
    if "\\" in text:
        yield ESCAPE.sub(_character, text)
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield urllib.parse.unquote(text)
    if "=" in text:
        yield binascii.a2b_qp(text.encode()).decode("utf-8", "ignore")


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2], 8)
    return chr(code) if code < 0x110000 else ""


def _streams(content: bytes) -> Iterator[bytes]:
    for begin, opener in PACKED.items():
        for found in re.finditer(begin, content, re.DOTALL):
            yield from _unpacked(opener(), content[found.start() :])
    for found in ZIPPED.finditer(content):
        sizes = content[found.start() + 26 : found.start() + 30]
        data = found.start() + 30 + int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little")
        yield from _unpacked(zlib.decompressobj(-15), content[data:])


def _unpacked(stream: Any, packed: bytes) -> Iterator[bytes]:
    """What can be unpacked of it, if that is more than a few bytes: an end that is damaged hides no beginning."""
    parts = []
    try:
        for place in range(0, len(packed), 1 << 16):
            parts.append(stream.decompress(packed[place : place + (1 << 16)]))
            if sum(map(len, parts)) > MOST_BYTES:
                raise TooDeep
            if stream.eof:
                break
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        pass
    if sum(map(len, parts)) >= 16:
        yield b"".join(parts)


def _armoured(content: bytes) -> Iterator[bytes]:
    """Bytes that were written as text, wherever the writing may begin."""
    dense = re.sub(rb"[\s\"'\\]", b"", content.replace(b"\0", b""))
    for run in re.findall(rb"[A-Za-z0-9+/_-]{24,}", dense):
        run = run.replace(b"-", b"+").replace(b"_", b"/")
        for offset in range(4):
            part = run[offset:]
            yield base64.b64decode(part[: len(part) // 4 * 4] + _rest(part))
    for run in re.findall(rb"(?:[0-9A-Fa-f][,:]?){32,}", re.sub(rb"0?x", b"", dense)):
        digits = re.sub(rb"[,:]", b"", run)
        for offset in (0, 1):
            yield bytes.fromhex(digits[offset : offset + (len(digits) - offset) // 2 * 2].decode())
    for run in re.findall(rb"[A-Z2-7]{32,}|[a-z2-7]{32,}", dense):
        for offset in range(8):
            part = run[offset:].upper()
            while len(part) % 8 in (1, 3, 6):  # so many letters stand for no bytes
                part = part[:-1]
            yield base64.b32decode(part + b"=" * (-len(part) % 8))
    for run in re.findall(rb"(?:\d{1,3}\D{1,3}){20,}", content):
        yield bytes(number for number in map(int, re.findall(rb"\d+", run)) if number < 256)
    yield from _base85(content, dense)


def _rest(part: bytes) -> bytes:
    """The last, incomplete group of base64, filled up."""
    rest = part[len(part) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _base85(content: bytes, dense: bytes) -> Iterator[bytes]:
    runs = {*re.findall(rb"[^\s\"',]{30,}", content), *re.findall(rb"[^\"',.\\\[\]:/]{30,}", dense)}
    runs |= set(re.findall(rb"<~(.*?)~>", content, re.DOTALL))
    for run in runs:
        for decode in (base64.b85decode, base64.a85decode):
            try:
                yield decode(run)
            except (ValueError, binascii.Error):
                continue
