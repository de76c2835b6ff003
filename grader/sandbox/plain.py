"""A spawned worker without fences: a learner's own code on their own machine, on any system."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.sandbox.link import LinkedWorker
from grader.sandbox.runtimes import runtime as find_runtime
from grader.worker.scratch import remove

START_SECONDS, EXIT_SECONDS = 60.0, 0.2
ALWAYS = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
PROGRAM = (
    "import sys; sys.path.insert(0, {code!r}); from worker.serve import plain_worker; del sys.path[0]; plain_worker()"
)


class PlainWorkers:
    """One interpreter per worker."""

    fence_names: tuple[str, ...] = ()

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        found = find_runtime(runtime)
        folder = folder or tempfile.mkdtemp(prefix="kata-")
        code = str(Path(__file__).resolve().parent.parent)
        to_worker, from_judge = os.pipe(), os.pipe()
        output_read, output_write = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-u", "-c", PROGRAM.format(code=code), folder, *found.packages],
            stdin=to_worker[0], stdout=from_judge[1], stderr=output_write, cwd=folder,
            env={**os.environ, **ALWAYS, **dict(found.environment)},
            start_new_session=os.name == "posix",
        )  # fmt: skip
        for descriptor in (to_worker[0], from_judge[1], output_write):
            os.close(descriptor)

        def how_it_ended(keep_files: bool) -> tuple[int, int]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(EXIT_SECONDS if worker.hung_up else 0)
            _kill_with_all_it_started(process)
            code = process.wait()
            if not keep_files:
                remove(folder)
            return max(0, -code), max(0, code)

        worker = LinkedWorker(from_judge[0], to_worker[1], output_read, folder, how_it_ended)
        worker.greet(START_SECONDS)
        return worker

    def close(self) -> None:
        """Nothing is kept between workers."""


def _kill_with_all_it_started(process: subprocess.Popen[bytes]) -> None:
    if os.name != "posix":
        return process.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
