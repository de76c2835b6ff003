"""Live frameworks as the checks' reference: called in the trusted process with plain values.

What they gave is remembered on disk under everything that it depends on.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from grader.catalog import import_file
from grader.errors import BadExercise
from grader.judge.cache import MISSING, ValueCache, copied, default_path, key_of
from grader.model import Exercise
from grader.sandbox.runtimes import missing
from grader.worker.values import decode, encode


class Reference:
    """The `reference` fixture: `reference.run("torch_adam", ...)` calls that function of references.py."""

    def __init__(self, exercise: Exercise, visibility: str, cache: ValueCache) -> None:
        self._exercise, self._visibility, self._cache = exercise, visibility, cache

    def run(self, name: str, *values: Any, **options: Any) -> Any:
        """The function's value, rebuilt of plain objects. The framework is imported only if it is not known yet."""
        frame = encode([list(values), options])
        file = _file_with(self._exercise, self._visibility, name)
        key = key_of("reference", _digest(file), name, frame)
        value = self._cache.get(key)
        if value is MISSING:
            values, options = decode(frame)  # a function that changes its arguments changes copies
            try:
                value = getattr(_module(file), name)(*values, **options)
            except ModuleNotFoundError as problem:
                raise missing((problem.name or "").partition(".")[0]) from problem
            self._cache.put(key, value)
            value = self._cache.get(key)
        return copied(value)


@cache
def _file_with(exercise: Exercise, visibility: str, name: str) -> Path:
    """The references.py that defines a function: the one beside the check, else the visible one."""
    folders = [exercise.solutions, exercise.folder] if visibility == "hidden" else [exercise.folder]
    files = [folder / "references.py" for folder in folders if folder]
    for file in files:
        if f"def {name}(" in _source(file):
            return file
    raise BadExercise(f"no references.py has a function `{name}`: looked in {', '.join(map(str, files))}")


@cache
def _source(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""


@cache
def _digest(file: Path) -> str:
    return key_of(_source(file))


@cache
def _module(file: Path) -> Any:
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(default_path().parent / "torchinductor"))  # not into /tmp
    return import_file(file, f"kata_references_{file.parent.parent.name}_{file.parent.name}")
