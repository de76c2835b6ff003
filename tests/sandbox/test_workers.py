"""Workers behind each fence: how they end, what is left of them (nothing), and that the next one is fresh."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from grader.errors import LearnerRaised, WorkerDied, WorkerTimeout
from grader.sandbox.channel import OUTPUT_KEPT
from grader.sandbox.fences import Fence
from grader.sandbox.warm import FencedWorkers
from grader.worker.values import encode
from tests.sandbox.wall import INNER, SECONDS, open_one, run_in, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable(INNER)), reason=f"this machine lacks {unavailable(INNER)}")


@pytest.fixture(scope="module")
def workers(fence: Fence) -> Iterator[FencedWorkers]:
    source = FencedWorkers(fence)
    yield source
    source.close()


@pytest.mark.parametrize("code", [0, 1, 9])
def test_an_exit_is_told_with_its_code(workers: FencedWorkers, code: int) -> None:
    """Every time: the kill that follows an end never hides the code."""
    for _ in range(10):
        with pytest.raises(WorkerDied) as seen:
            run_in(open_one(workers), "end", code)
        assert (seen.value.signal, seen.value.code, seen.value.reason) == (0, code, "")


def test_a_crash_is_told_with_its_signal(workers: FencedWorkers) -> None:
    with pytest.raises(WorkerDied) as seen:
        run_in(open_one(workers), "crash")
    assert seen.value.signal == signal.SIGSEGV


def test_sys_exit_is_an_error_and_the_worker_lives(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    with pytest.raises(LearnerRaised) as seen:
        run_in(worker, "leave")
    assert seen.value.error["class"] == "SystemExit"
    assert run_in(worker, "fine") == 1
    worker.end()


def test_a_hang_is_a_timeout_and_killed(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    with pytest.raises(WorkerTimeout):
        run_in(worker, "hang", seconds=0.2)
    assert not worker.alive


def test_closing_every_descriptor_is_a_death(workers: FencedWorkers) -> None:
    with pytest.raises(WorkerDied) as seen:
        run_in(open_one(workers), "close_all")
    assert seen.value.signal == signal.SIGKILL


def test_a_frame_of_its_own_is_no_answer(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    with pytest.raises(WorkerDied, match="protocol"):
        run_in(worker, "forge", encode({"value": "forged", "id": 9}))


def test_output_is_cut_and_harmless(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "print_much", 1 << 20)
    assert worker.output() == "x" * OUTPUT_KEPT + "\n[...]"
    assert run_in(worker, "fine") == 1
    worker.end()
    worker = open_one(workers)
    with pytest.raises(WorkerTimeout):
        run_in(worker, "print_for_ever", seconds=0.5)
    assert len(worker.output()) <= OUTPUT_KEPT + 10


def test_stdout_and_stderr_are_both_kept(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "print_much", 10)
    assert worker.output() == "x" * 10 + "the end"
    worker.end()


def test_its_input_is_empty(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    assert run_in(worker, "read_input") == ""
    worker.end()


def test_a_new_worker_is_fresh(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "remember")
    worker.end()
    worker = open_one(workers)
    assert run_in(worker, "remembers") == (False, False, [])
    worker.end()


def test_files_stay_if_they_are_to_be_kept_and_nothing_else(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "remember")
    worker.keep_files = True
    worker.end()
    worker = open_one(workers, worker.folder)
    assert run_in(worker, "remembers") == (False, True, ["inner", "mark"])
    worker.end()
    worker = open_one(workers, worker.folder)
    assert run_in(worker, "remembers") == (False, False, [])
    worker.end()


def test_files_of_a_killed_worker_stay_and_those_of_a_hanging_one_do_not(workers: FencedWorkers) -> None:
    for name, args, seconds, stay in (("end", [9], SECONDS, True), ("hang", [], 0.2, False)):
        worker = open_one(workers)
        run_in(worker, "remember")
        worker.keep_files = True
        with pytest.raises((WorkerDied, WorkerTimeout)):
            run_in(worker, name, *args, seconds=seconds)
        worker = open_one(workers, worker.folder)
        assert run_in(worker, "remembers")[1] == stay
        worker.end()


def test_folders_that_nobody_came_back_for_do_not_pile_up(workers: FencedWorkers) -> None:
    folders = []
    for _ in range(4):
        worker = open_one(workers)
        run_in(worker, "remember")
        worker.keep_files = True
        worker.end()
        folders.append(worker.folder)
    last = [open_one(workers, folder) for folder in folders]
    assert [run_in(worker, "remembers")[1] for worker in last] == [False, False, True, True]
    for worker in last:
        worker.end()


def test_a_tree_beyond_the_recursion_limit_ends_with_its_worker(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    run_in(worker, "deep_tree")
    worker.end()
    worker = open_one(workers)
    assert run_in(worker, "remembers") == (False, False, [])
    worker.end()


def test_a_warm_parent_that_died_is_replaced(workers: FencedWorkers) -> None:
    worker = open_one(workers)
    process = workers.warm("numpy")._process
    process.kill()
    process.wait()
    worker.end()  # is no error: there is nothing left to end
    worker = open_one(workers)
    assert run_in(worker, "fine") == 1
    worker.end()


def test_a_spoilt_warm_parent_is_replaced_once_its_workers_are_gone(workers: FencedWorkers) -> None:
    old = workers.warm("numpy")
    worker = open_one(workers)
    old._spoilt = True
    other = open_one(workers)
    assert workers.warm("numpy") is not old
    assert run_in(worker, "fine") == run_in(other, "fine") == 1
    worker.end()
    other.end()
    workers.warm("numpy")
    assert old._process.poll() is not None


def test_a_warm_parent_that_has_started_many_workers_is_renewed(fence: Fence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it may have gathered; a worker that it started lives on."""
    monkeypatch.setattr("grader.sandbox.parent.MOST_WORKERS", 2)
    source = FencedWorkers(fence)
    try:
        first = source.warm("numpy")
        source.open_worker("numpy").end()
        old = open_one(source)
        new = open_one(source)
        assert source.warm("numpy") is not first
        run_in(old, "print_much", 1)
        run_in(new, "print_much", 1)
        old.end()
        new.end()
        source.open_worker("numpy").end()
        assert first._process.poll() is not None
    finally:
        source.close()


@pytest.mark.parametrize("spoilt", [False, True])
def test_files_that_are_kept_are_there_though_their_warm_parent_is_replaced(
    fence: Fence, monkeypatch: pytest.MonkeyPatch, spoilt: bool
) -> None:
    """Between a worker and the one that goes on in its folder. The old parent ends once nobody can come back to it."""
    monkeypatch.setattr("grader.sandbox.parent.MOST_WORKERS", 2)
    source = FencedWorkers(fence)
    try:
        first = source.warm("numpy")
        source.open_worker("numpy").end()
        worker = open_one(source)
        run_in(worker, "remember")
        worker.keep_files = True
        worker.end()
        first._spoilt = spoilt
        other = open_one(source)
        assert source.warm("numpy") is not first
        worker = open_one(source, worker.folder)
        assert run_in(worker, "remembers") == (False, True, ["inner", "mark"])
        worker.end()
        other.end()
        source.open_worker("numpy").end()
        assert first._process.poll() is not None
    finally:
        source.close()
