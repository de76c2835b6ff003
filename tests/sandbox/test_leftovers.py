"""What is left when workers, their source, or the judge itself ends: no process, no file, no descriptor."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.errors import FenceMissing, WorkerDied, WorkerTimeout
from grader.sandbox import warm
from grader.sandbox.fences import Fence
from grader.sandbox.warm import FencedWorkers
from tests.sandbox.processes import are_gone, descendants
from tests.sandbox.wall import INNER, Stripped, open_one, run_in, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}")


def test_nothing_is_left(fence: Fence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process, no file, no descriptor; whether a worker was ended, died, or was still at work."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    processes, descriptors = descendants(), os.listdir("/proc/self/fd")
    source = FencedWorkers(fence)
    open_one(source).end()
    with pytest.raises(WorkerDied):
        run_in(open_one(source), "end", 1)
    with pytest.raises(WorkerTimeout):
        run_in(open_one(source), "hang", seconds=0.1)
    left = open_one(source)
    run_in(left, "remember")
    assert descendants() > processes
    source.close()
    left.end()
    assert descendants() == processes
    assert os.listdir(tmp_path) == []
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)


JUDGE = """
import sys
from grader.sandbox.fences import Fence
from grader.sandbox.warm import FencedWorkers
from grader.worker.values import encode
source = FencedWorkers(Fence(sys.argv[1] == "True", True))
worker = source.open_worker("numpy")
worker.request("scenarios", 60, key="k", source="def hang(module):\\n    while True: pass", support={})
print("ready", flush=True)
worker.request("run", 600, key="k", name="hang", args=(), options={})
"""


def test_a_judge_that_is_killed_leaves_no_process(fence: Fence, tmp_path: Path) -> None:
    """With a worker that computes and never looks up."""
    judge = subprocess.Popen([sys.executable, "-c", JUDGE, str(fence.outer)], stdout=subprocess.PIPE,
                             env={**os.environ, "TMPDIR": str(tmp_path)})  # fmt: skip
    assert judge.stdout is not None
    assert judge.stdout.readline() == b"ready\n"
    started = descendants(judge.pid)
    assert len(started) >= 2
    judge.kill()
    judge.wait()
    judge.stdout.close()
    assert are_gone(started)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_worker_without_a_required_layer_is_not_given_out(fence: Fence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "WarmParent", lambda runtime, fence: Stripped(fence, ("seccomp",)))
    source = FencedWorkers(fence)
    before = descendants()
    with pytest.raises(FenceMissing, match="seccomp"):
        source.open_worker("numpy")
    assert descendants() >= before
    assert source.warm("numpy").workers == 0
    source.close()
