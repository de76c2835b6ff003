"""An arena behind each fence, and what is dear to the judge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.judge.cache import ValueCache
from grader.model import Exercise
from tests.hostile.arena import CANARY, Arena
from tests.sandbox.wall import FENCES, unavailable


@pytest.fixture(scope="module", params=["both", "inner"])
def arena(request: pytest.FixtureRequest, toy: Exercise, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """The toy exercise; a check may take a second."""
    fence = FENCES[request.param]
    if why := unavailable(fence):
        pytest.skip(f"this machine lacks {why}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
        made = Arena(toy, fence, ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite"), deadline=1.0)
        made.source.warm("numpy").wait_until_ready()
        yield made
        made.close()


@pytest.fixture(autouse=True)
def dear(tmp_path: Path, toy_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The judge's home, its environment and its current folder hold a secret, and must stay as they are."""
    home = tmp_path / "home"
    home.mkdir(0o755)
    (home / ".netrc").write_text(CANARY)
    for name in ("HOME", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(home if name == "HOME" else home / name))
    monkeypatch.setenv("KATA_TOKEN", CANARY)
    monkeypatch.chdir(home)
    before = _snapshot(home), _snapshot(toy_root)
    yield home
    assert (_snapshot(home), _snapshot(toy_root)) == before


def _snapshot(folder: Path) -> dict[str, tuple[int, int, float]]:
    paths = [path for path in folder.rglob("*") if "__pycache__" not in path.parts]
    return {str(path): (s.st_mode, s.st_size, s.st_mtime) for path in paths if (s := os.lstat(path))}
