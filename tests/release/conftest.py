"""A release of the toy course, made once, and repositories that learners made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import catalog
from grader.course.manifest import manifest_of
from grader.course.release import Release, build, place
from grader.judge.cache import ValueCache
from grader.sandbox.warm import FencedWorkers
from tests.course_copy import TOY, Course

ADDS_TWO = "def double(x):\n    return 2 + x\n"
STUB = "exercises/90_double/double.py"


@pytest.fixture(scope="session")
def toy_release(source: FencedWorkers, tmp_path_factory: pytest.TempPathFactory) -> Release:
    cache = ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite")
    return build(TOY, catalog.all_exercises(TOY), source, cache)


@pytest.fixture
def learner(toy_release: Release, tmp_path: Path) -> Course:
    """A learner's repository, nothing begun."""
    place(toy_release, tmp_path / "mine")
    return Course(tmp_path / "mine", tmp_path / "home")


Next = Callable[..., Path]


@pytest.fixture
def next_release(toy_release: Release, tmp_path: Path) -> Next:
    """A folder with a release that differs in these files (None: it has them no more), made in that year."""

    def make(changes: dict[str, bytes | None], year: str = "2999") -> Path:
        files = {path: text for path, text in ({**toy_release.files, **changes}).items() if text is not None}
        release = dataclasses.replace(toy_release, files=files, manifest=manifest_of(files, f"{year}-01-01"))
        folder = tmp_path / f"release-{year}-{release.manifest.release}"
        place(release, folder)
        return folder

    return make


def contents(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}
