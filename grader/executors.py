"""Where a class is graded: processes of this machine, or the workers of a Dask cluster. Both are plain executors."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from grader.errors import KataError
from grader.locale import say
from grader.sandbox.runtimes import missing

CONNECT_SECONDS = 10
FAILURES = "distributed.scheduler.KilledWorker"  # what Dask raises for a task that took several workers with it


class Executors:
    """Opens executors that do the same work: one breaks when a process of it is killed, then a new one is opened.

    `ahead`: how many tasks it is given at a time, so that it is never idle and little waits in memory.
    """

    def __init__(self, open_one: Callable[[], concurrent.futures.Executor], ahead: int) -> None:
        self.open, self.ahead = open_one, ahead


@contextmanager
def on_this_machine(jobs: int) -> Iterator[Executors]:
    """`jobs` processes. They are spawned: a judge has threads and frameworks, and is not forked."""
    opened: list[concurrent.futures.ProcessPoolExecutor] = []

    def open_one() -> concurrent.futures.Executor:
        spawn = multiprocessing.get_context("spawn")
        opened.append(concurrent.futures.ProcessPoolExecutor(jobs, spawn, _begin_process))
        return opened[-1]

    try:
        yield Executors(open_one, 2 * jobs + 2)
    except BaseException:  # Ctrl-C, a full disk: what is being graded is not waited for
        for executor in opened:
            _end_at_once(executor)
        raise
    finally:
        for executor in opened:
            executor.shutdown(cancel_futures=True)


@contextmanager
def on_a_cluster(address: str) -> Iterator[Executors]:
    """The workers of the Dask scheduler at `address`; they see the course at the same path as this machine does."""
    try:
        from distributed import Client
    except ModuleNotFoundError as problem:
        raise missing(problem.name or "distributed", "cluster") from None
    try:
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as problem:
        raise KataError(say("no_scheduler", address=address, problem=problem)) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise KataError(say("no_cluster_workers", address=address))
        yield Executors(lambda: client.get_executor(pure=False), 4 * threads)


def is_loss(problem: BaseException) -> bool:
    """Was the process killed that had the task?"""
    kind = type(problem)
    return isinstance(problem, concurrent.futures.BrokenExecutor) or f"{kind.__module__}.{kind.__name__}" == FAILURES


def _begin_process() -> None:
    """Ctrl-C is the first process's to handle; and when that one is gone, nobody waits for this one's results.

    A judge and its worker take turns: on one core they need not wake another one up each time.
    """
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        number = multiprocessing.current_process()._identity[-1]
        os.sched_setaffinity(0, {cores[number % len(cores)]})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=[multiprocessing.parent_process()], daemon=True).start()


def _leave_with(parent: Any) -> None:
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _end_at_once(executor: concurrent.futures.ProcessPoolExecutor) -> None:
    for process in list((executor._processes or {}).values()):
        process.terminate()
