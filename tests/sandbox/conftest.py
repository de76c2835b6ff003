"""Things outside the wall that probes go for, and warm parents with every layer of a fence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.sandbox.fences import Fence
from tests.sandbox.wall import FENCES, Stripped, unavailable


@pytest.fixture(scope="module", autouse=True)
def _own_temp_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a warm parent leaves in the temp folder is seen there and nowhere else."""
    patch = pytest.MonkeyPatch()
    patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temp")))
    yield
    patch.undo()


@dataclass
class Outside:
    """What belongs to the user who runs the judge."""

    secret: Path
    port: int
    abstract: str
    victim: int


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("the reference")
    secret.chmod(0o644)
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    abstract = f"kata-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{abstract}")
        unix.listen(100)
        yield Outside(secret, tcp.getsockname()[1], f"\0{abstract}", victim.pid)
    victim.kill()
    victim.wait()


@pytest.fixture(scope="module")
def _whole() -> Iterator[dict[str, Stripped]]:
    parents: dict[str, Stripped] = {}
    yield parents
    for parent in parents.values():
        parent.close()


@pytest.fixture
def whole(fence_name: str, _whole: dict[str, Stripped]) -> Stripped:
    """A warm parent with every layer of the fence called `fence_name`, kept for the module."""
    if why := unavailable(FENCES[fence_name]):
        pytest.skip(f"this machine lacks {why}")
    if fence_name not in _whole:
        _whole[fence_name] = Stripped(FENCES[fence_name])
    return _whole[fence_name]


@pytest.fixture(params=["both", "inner"], scope="module")
def fence(request: pytest.FixtureRequest) -> Fence:
    fence = FENCES[request.param]
    if why := unavailable(fence):
        pytest.skip(f"this machine lacks {why}")
    return fence
