"""A Dask cluster in place of this machine's processes: a real scheduler on loopback and two workers, one of them killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course_copy import Course, copy_to
from tests.grading.classes import a_class_of, grade, scores, start, until_graded

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs dask.distributed: pip install 'gradkata[cluster]'"
)
STUDENTS, PATIENCE = 18, 60.0


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = copy_to(tmp_path)
    a_class_of(STUDENTS, made)
    return made


def dask(course: Course, *line: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(course.home), "KATA_LANG": "en"}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *line], cwd=course.home.parent, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def cluster(course: Course) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """(the scheduler's address, the two workers)."""
    place = course.home.parent / "scheduler.json"
    loopback = ("--interface", "lo") if sys.platform == "linux" else ()
    scheduler = dask(course, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(place), *loopback)
    one = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--scheduler-file", str(place), *loopback)
    workers = [dask(course, "worker", *one, "--name", str(number)) for number in range(2)]
    try:
        address = _address(place)
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def _address(place: Path) -> str:
    """The scheduler's, once both workers are with it. The client waits for the file, too."""
    from distributed import Client

    with Client(scheduler_file=str(place), timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        return str(client.scheduler_info()["address"])


def graded(course: Course, out: str) -> int:
    """How many results the ledger holds by now."""
    try:
        ledger = sqlite3.connect(f"file:{course.root / out / 'ledger.sqlite'}?mode=ro", uri=True)
        return int(ledger.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.timeout(300)
def test_a_worker_that_is_killed_costs_nothing(
    course: Course, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    """Nothing lost, nothing twice: the same scores.csv as from this machine's own processes."""
    assert grade(course, "--out", "here")[0] == 0
    address, workers = cluster
    process = start(course, "--out", "there", "--scheduler", address)
    until_graded(process, STUDENTS // 3)
    workers[0].send_signal(signal.SIGKILL)
    printed, _ = process.communicate(timeout=200)
    assert process.returncode == 0, printed
    assert scores(course, "there") == scores(course, "here")
    assert graded(course, "there") == STUDENTS


def test_an_address_without_a_scheduler_is_a_sentence(course: Course) -> None:
    code, printed = grade(course, "--out", "out", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in printed
    assert "Traceback" not in printed
