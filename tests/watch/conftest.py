"""A course of two exercises for watch mode, and ways to wait for what comes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.course_copy import Course, copy_to

SECONDS = 60.0  # nothing takes so long, even on a busy machine


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watch")


@pytest.fixture
def course(tmp_path: Path, _cache: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """90 and 91, whose checks have a minute: what a newer save does not stop would be seen to take long."""
    made = copy_to(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(_cache))
    made.home = _cache
    facts = (made.exercise / "exercise.toml").read_text("utf-8")
    (made.exercise / "exercise.toml").write_text(facts.replace("deadline = 2", "deadline = 100"), "utf-8")
    for part in ("exercises", "solutions"):
        folder = made.root / part / "91_triple"
        shutil.copytree(made.root / part / "90_double", folder)
        for file in [*folder.glob("*.py"), *folder.glob("*.toml")]:
            text = file.read_text("utf-8").replace("90.", "91.").replace("Twice as much", "Once more")
            file.unlink()
            file.with_name(file.name.replace("double", "triple")).write_text(text, "utf-8")
    return made


async def until(fact: Callable[[], object], turn: Callable[[], Awaitable[object]]) -> None:
    """Let others work until the fact holds."""
    end = time.monotonic() + SECONDS
    while not fact():
        assert time.monotonic() < end, "it never came true"
        await turn()
