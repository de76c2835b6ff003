"""A zip that Gradescope takes as an autograder: the engine's source, one exercise with hidden checks, two scripts."""

from __future__ import annotations

import io
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path

import grader
from grader.errors import KataError
from grader.locale import say
from grader.model import Exercise

SCRIPTS = ("setup.sh", "run_autograder")
ENGINE = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE")
LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content is the same zip


def build(exercise: Exercise, language: str, trust: bool = False) -> bytes:
    """The zip. Raises KataError where the engine's source or the exercise's solutions are not on this machine."""
    if exercise.solutions is None:
        raise KataError(say("no_solution_here"))
    found = dict(_entries(exercise, language, trust))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(found):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in SCRIPTS else 0o644) << 16
            file.writestr(entry, found[name])
    return content.getvalue()


def _entries(exercise: Exercise, language: str, trust: bool) -> Iterator[tuple[str, bytes]]:
    package = Path(grader.__file__).parent
    if not (package.parent / "pyproject.toml").is_file():
        raise KataError(say("no_engine", folder=package.parent))
    for name in SCRIPTS:
        yield name, (Path(__file__).with_name("gradescope") / name).read_bytes()
    yield "settings", settings(exercise, language, trust).encode()
    for name in ENGINE:
        yield f"engine/{name}", (package.parent / name).read_bytes()
    yield from _tree(package, "engine/grader")
    yield from _tree(exercise.folder, f"course/exercises/{exercise.name}")
    assert exercise.solutions is not None
    yield from _tree(exercise.solutions, f"course/solutions/{exercise.name}")


def settings(exercise: Exercise, language: str, trust: bool) -> str:
    """Lines for the shell."""
    option = "--trust-submissions" if trust else ""
    values = {"EXERCISE": exercise.name, "TRUST": option, "export KATA_LANG": language}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _tree(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        if file.is_file() and not LEFT_OUT & set(parts) and not parts[-1].endswith((".pyc", ".backup")):
            yield "/".join((name, *parts)), file.read_bytes()
