"""What the tests of this folder make: classes, archives that are well and archives that are not, notebooks."""

from __future__ import annotations

import io
import json
import os
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

CODE = b"def double(x):\n    return 2 * x\n"
Files = dict[str, bytes]


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Files, mode: str = "w:gz", **options: Any) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, **options) as archive:
        for name, content in files.items():
            archive.addfile(member(name, size=len(content)), io.BytesIO(content))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, **facts: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    for fact, value in facts.items():
        setattr(made, fact, value)
    return made


def tar_with(*members: tarfile.TarInfo, files: Files | None = None) -> bytes:
    """A tar of odd members, and of well ones after them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for one in members:
            archive.addfile(one)
        for name, content in (files or {"double.py": CODE}).items():
            archive.addfile(member(name, size=len(content)), io.BytesIO(content))
    return buffer.getvalue()


def zip_with(name: str, mode: int = 0, content: bytes = b"x") -> bytes:
    """A zip with an odd entry beside a well one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("double.py", CODE)
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    return buffer.getvalue()


def patched(archive: bytes, name: bytes, offset: int, form: str, value: int, local: bool = True) -> bytes:
    """Change a number in the headers of that entry; `offset` is the one in the local header, two less than the other."""
    changed = bytearray(archive)
    at = archive.rindex(name) - 46
    struct.pack_into(form, changed, at + offset + 2, value)
    if local:
        struct.pack_into(form, changed, archive.index(name) - 30 + offset, value)
    return bytes(changed)


def notebook(*cells: dict[str, Any], **facts: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **facts}).encode()


def cell(source: str | list[str], kind: str = "code", **metadata: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def answer(source: str | list[str], id: str = "kata-90-answer") -> dict[str, Any]:
    facts = {"grade": False, "solution": True, "locked": False, "grade_id": id, "schema_version": 3}
    return cell(source, nbgrader=facts)


def checking(source: str, id: str = "kata-90-1") -> dict[str, Any]:
    facts = {"grade": True, "solution": False, "locked": True, "grade_id": id, "points": 4, "schema_version": 3}
    return cell(source, nbgrader=facts)


def changed_at(path: Path, seconds: int) -> None:
    os.utime(path, (seconds, seconds))
