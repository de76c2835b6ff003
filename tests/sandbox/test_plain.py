"""The plain worker, where a system has no fence: a learner's own code, with deadlines and a sure end, and no wall."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import FenceMissing, LearnerRaised, WorkerDied, WorkerTimeout
from grader.sandbox import plain
from grader.sandbox.channel import OUTPUT_KEPT
from grader.sandbox.plain import PlainWorkers
from tests.sandbox.processes import are_gone
from tests.sandbox.wall import SECONDS, open_one, run_in


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlainWorkers]:
    """Whatever a test does, nothing may be left in the temp folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = PlainWorkers()
    yield source
    source.close()
    assert os.listdir(tmp_path) == []


def test_values_go_in_and_out_and_output_is_kept(workers: PlainWorkers) -> None:
    worker = open_one(workers)
    assert worker.held == []
    assert run_in(worker, "fine") == 1
    run_in(worker, "print_much", 1 << 20)
    assert worker.output() == "x" * OUTPUT_KEPT + "\n[...]"
    assert run_in(worker, "read_input") == ""
    worker.end()


def test_errors_are_told(workers: PlainWorkers) -> None:
    worker = open_one(workers)
    with pytest.raises(LearnerRaised) as seen:
        run_in(worker, "leave")
    assert seen.value.error["class"] == "SystemExit"
    worker.end()


@pytest.mark.parametrize("name", ["hang", "print_for_ever"])
def test_a_hang_is_a_timeout_and_killed(workers: PlainWorkers, name: str) -> None:
    worker = open_one(workers)
    with pytest.raises(WorkerTimeout):
        run_in(worker, name, seconds=0.5)
    assert not worker.alive
    with pytest.raises(WorkerDied):
        run_in(worker, "fine")


@pytest.mark.parametrize(("name", "args", "ending"), [("end", [9], (0, 9)), ("crash", [], (signal.SIGSEGV, 0))])
def test_ends_are_told(workers: PlainWorkers, name: str, args: list[int], ending: tuple[int, int]) -> None:
    with pytest.raises(WorkerDied) as seen:
        run_in(open_one(workers), name, *args)
    assert (seen.value.signal, seen.value.code) == ending


def test_closing_every_descriptor_is_a_death(workers: PlainWorkers) -> None:
    with pytest.raises(WorkerDied):
        run_in(open_one(workers), "close_all")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_it_started_goes_with_it(workers: PlainWorkers) -> None:
    worker = open_one(workers)
    started = run_in(worker, "start_a_process")
    os.kill(started, 0)
    worker.end()
    assert are_gone({started})


def test_files_stay_if_they_are_to_be_kept(workers: PlainWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "remember")
    worker.keep_files = True
    worker.end()
    worker = open_one(workers, worker.folder)
    assert run_in(worker, "remembers") == (False, True, ["inner", "mark"])
    run_in(worker, "deep_tree")
    worker.end()


def test_a_third_worker_is_started_ahead_of_time_and_ended_if_nobody_needs_it(workers: PlainWorkers) -> None:
    """Its frameworks are imported while the second one works. One that was killed meanwhile is not given out."""
    first, second = open_one(workers), open_one(workers)
    ahead = workers._ahead["numpy"]
    assert ahead.lives
    third = open_one(workers)
    assert workers._ahead["numpy"] is not ahead
    assert run_in(third, "fine") == 1
    workers._ahead["numpy"].end()
    fourth = open_one(workers)
    assert run_in(fourth, "fine") == 1
    for worker in (first, second, third, fourth):
        worker.end()
    waiting = workers._ahead["numpy"]
    workers.close()
    assert not waiting.lives


def test_what_libraries_print_when_they_are_imported_is_not_the_learners(
    workers: PlainWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "PROGRAM", "import os; os.write(2, b'a warning'); " + plain.PROGRAM)
    worker = open_one(workers)
    assert run_in(worker, "fine") == 1
    assert worker.output() == ""
    worker.end()


def test_prints_are_there_when_their_answer_is(workers: PlainWorkers) -> None:
    """They come through another pipe, so an answer could overtake them."""
    worker = open_one(workers)
    for count in range(1, 101):
        run_in(worker, "print_much", 10)
        assert len(worker.output()) == (10 + len("the end")) * count
    worker.end()


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        (0, (0, 0)), (9, (0, 9)), (-11, (11, 0)), (0xC0000005, (signal.SIGSEGV, 0)), (0xC00000FD, (signal.SIGSEGV, 0)),
        (0xC0000094, (signal.SIGFPE, 0)), (0xC0000374, (signal.SIGABRT, 0)),
    ],
)  # fmt: skip
def test_exit_codes_of_windows_that_stand_for_crashes_are_told_as_signals(code: int, ending: tuple[int, int]) -> None:
    assert plain._ending(code) == ending


def test_a_learners_file_stands_in_for_no_library(workers: PlainWorkers) -> None:
    """As behind the fences: what works here works there."""
    worker = open_one(workers)
    files = {"main_file.py": b"import colorsys\ncolorsys.rgb_to_hsv", "colorsys.py": b"1 / 0"}
    worker.request("load", SECONDS, files=files, main="main_file.py", forbidden=[], seed=1)
    worker.end()


def test_a_worker_that_does_not_start_is_our_fault(workers: PlainWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "PROGRAM", "raise SystemExit(3) # {code}")
    with pytest.raises(FenceMissing):
        workers.open_worker("numpy")
