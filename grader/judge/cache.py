"""Values remembered on disk between runs: references and mistakes' traces. Losing it costs time, never a verdict."""

from __future__ import annotations

import hashlib
import os
import platform
import sqlite3
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from grader.worker.values import BadFrame, decode, encode

MISSING = object()
FRAMEWORKS = ("numpy", "torch", "tensorflow", "keras", "jax", "jaxlib", "tensorboard")
KEPT_BYTES = 256 << 20
LOCK_SECONDS = 2.0  # another process writes for microseconds


def default_path() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "gradkata" / "values.sqlite"


class ValueCache:
    """A table of key -> value. Whatever is wrong with the file, `get` and `put` work within this process."""

    def __init__(self, path: Path | None = None) -> None:
        self._memory: dict[str, Any] = {}
        self._connection: sqlite3.Connection | None = None
        try:
            path = path or default_path()
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB)")
            self._forget_the_oldest()
        except (OSError, RuntimeError, sqlite3.Error):  # RuntimeError: there is no home
            self._connection = None

    def _forget_the_oldest(self) -> None:
        """Values of old versions and seeds are never asked for again: a file that has grown too large is halved."""
        assert self._connection is not None
        ask = self._connection.execute
        used = ask("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, "
                   "pragma_page_size").fetchone()[0]  # fmt: skip
        if used > KEPT_BYTES:
            ask("DELETE FROM kept WHERE rowid < (SELECT (min(rowid) + max(rowid)) / 2 FROM kept)")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, key: str) -> Any:
        """The value, or MISSING. It is shared: whoever hands it on to code that may change it copies it first."""
        if key in self._memory:
            return self._memory[key]
        try:
            if self._connection is None:
                return MISSING
            row = self._connection.execute("SELECT value FROM kept WHERE key = ?", [key]).fetchone()
            if row is None:
                return MISSING
            value = decode(row[0])
        except (sqlite3.Error, BadFrame, TypeError):
            return MISSING
        self._memory[key] = value
        return value

    def put(self, key: str, value: Any, on_disk: bool = True) -> None:
        frame = encode(value)
        self._memory[key] = decode(frame)
        try:
            if self._connection and on_disk:
                self._connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", [key, frame])
        except sqlite3.Error:
            self._connection = None


def copied(value: Any) -> Any:
    """A copy of a value that shares nothing with it."""
    kind = type(value)
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    if kind is list:
        return [copied(item) for item in value]
    if kind is tuple:
        return tuple([copied(item) for item in value])
    return value.copy() if kind is np.ndarray else value


def key_of(*parts: str | bytes) -> str:
    """A key for everything a value depends on."""
    digest = _begun(machine()).copy()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little") + content)
    return str(digest.hexdigest())


@cache
def _begun(text: str) -> Any:
    return hashlib.sha256(text.encode())


@cache
def machine() -> str:
    """What decides a value's last bits besides its inputs: interpreter, library versions, processor, this code."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        processor = "".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))
    except OSError:
        processor = platform.processor()
    versions = [f"{name}={framework_version(name)}" for name in FRAMEWORKS]
    return "|".join([platform.python_version(), platform.machine(), *versions, processor, _own_code()])


def _own_code() -> str:
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for file in sorted([*package.glob("judge/*.py"), *package.glob("worker/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def framework_version(name: str) -> str:
    """The installed version without importing it; empty if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
