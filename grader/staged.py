"""Changes to several files that happen as a whole: written beside first, then moved into place one by one.

Interrupted before the journal stands, nothing has changed; interrupted after it, whatever command comes next moves on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import KataError
from grader.locale import say

FOLDER = ".gradkata/update"
JOURNAL = "journal.json"
PART = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class Change:
    """`content` None removes the file. `was`: the digest of what stood there when this was decided; "" for nothing."""

    path: str
    content: bytes | None
    was: str = ""


def digest(content: bytes) -> str:
    """Of a file's content, whatever ends its lines: git on Windows writes others."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def seen(file: Path) -> str:
    """The digest of what stands there; "" for nothing, and a word of its own for what is no regular file."""
    if not os.path.lexists(file):
        return ""
    return digest(file.read_bytes()) if file.is_file() and not file.is_symlink() else "other"


def is_safe(path: str) -> bool:
    """A plain name below the folder, and nothing of git's own."""
    parts = PurePosixPath(path).parts
    plain = all(PART.fullmatch(part) and part.strip(".") and part.lower() != ".git" for part in parts)
    return bool(parts) and plain and "/".join(parts) == path


def make(root: Path, changes: list[Change]) -> list[str]:
    """All of them; says which could not be made because somebody changed the file meanwhile. The last change stands
    for all: it is made only if all others were."""
    try:
        _prepare(root, changes)
    except OSError as problem:
        raise KataError(say("staged_stuck", file=problem.filename, problem=problem.strerror or problem)) from None
    return finish(root)


def _prepare(root: Path, changes: list[Change]) -> None:
    half = root / (FOLDER + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    rows = []
    for number, change in enumerate(changes):
        if change.content is not None:
            _write(half / str(number), change.content)
        rows.append({"path": change.path, "was": change.was, "removes": change.content is None})
    _write(half / JOURNAL, json.dumps(rows).encode())
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    os.rename(half, root / FOLDER)


def finish(root: Path) -> list[str]:
    """Move on where a journal stands. Can be called at any time, any number of times."""
    folder = root / FOLDER
    journal = folder / JOURNAL
    try:
        rows = json.loads(journal.read_bytes())
        changes = [(str(row["path"]), str(row["was"]), bool(row["removes"])) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise KataError(say("staged_damaged", folder=folder, problem=problem)) from None
    left: list[str] = []
    try:
        for number, (path, was, removes) in enumerate(changes):
            if not is_safe(path):
                raise KataError(say("staged_damaged", folder=folder, problem=path))
            is_last = number == len(changes) - 1
            new = None if removes else folder / str(number)
            if (is_last and left) or not _move(root, path, new, was):
                left.append(path)
        journal.unlink()
    except OSError as problem:
        raise KataError(say("staged_stuck", file=problem.filename, problem=problem.strerror or problem)) from None
    shutil.rmtree(folder, ignore_errors=True)
    return left


def finish_above(folder: Path) -> None:
    """What was interrupted in this folder or one above it. Only what this user began: others may write into /tmp."""
    for place in (folder, *folder.parents):
        journal = place / FOLDER / JOURNAL
        if journal.is_file() and journal.stat().st_uid == getattr(os, "geteuid", lambda: 0)():
            finish(place)


def _move(root: Path, path: str, new: Path | None, was: str) -> bool:
    target = root / path
    if new is not None and not new.exists():
        return True  # moved already
    if any(folder.is_symlink() for folder in _between(root, target)):
        return False
    if seen(target) != was:
        return new is None and not os.path.lexists(target)
    if new is None:
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        return True
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return False  # somebody's file is where a folder should be
    os.replace(new, target)
    return True


def _between(root: Path, target: Path) -> list[Path]:
    """The folders below root that lead to the target."""
    return [folder for folder in target.parents if folder != root and root in folder.parents]


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
