"""A spawned worker without fences: a learner's own code on their own machine, on any system.

It needs a way to start a process and three pipes, and nothing else that only some systems have.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.sandbox.link import LinkedWorker
from grader.sandbox.runtimes import runtime as find_runtime
from grader.sandbox.threaded import Threaded
from grader.worker.scratch import remove

START_SECONDS, EXIT_SECONDS = 60.0, 0.2
# As behind the fences: equal hashes, one thread per library, and UTF-8 whatever the system's own encoding is.
ALWAYS = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
NEVER = ("PYTHONIOENCODING", "PYTHONOPTIMIZE", "PYTHONWARNINGS")
OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows: Ctrl-C is the judge's; elsewhere a session
FIRST_OF_WINDOWS = 0xC0000000  # exit codes from here on are what Windows has instead of signals
SIGNALS_OF_WINDOWS = {0xC0000094: signal.SIGFPE, 0xC000001D: signal.SIGILL, 0xC0000374: signal.SIGABRT}
PROGRAM = (
    "import sys; sys.path.insert(0, {code!r}); from worker.serve import plain_worker; del sys.path[0]; plain_worker()"
)


class PlainWorkers:
    """One interpreter per worker."""

    fence_names: tuple[str, ...] = ()

    def warm(self, runtime: str) -> None:
        """Nothing: each worker imports its frameworks itself."""

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        found = find_runtime(runtime)
        folder = folder or tempfile.mkdtemp(prefix="kata-")
        code, mark = str(Path(__file__).resolve().parent.parent), f"<{secrets.token_hex(16)}>"
        environment = {name: value for name, value in os.environ.items() if name not in NEVER}
        process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-u", "-c", PROGRAM.format(code=code), folder, mark, *found.packages],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, cwd=folder,
            env={**environment, **ALWAYS, **dict(found.environment)},
            start_new_session=True, creationflags=OWN_GROUP,
        )  # fmt: skip
        assert process.stdin and process.stdout and process.stderr, "unreachable because all are pipes"

        def how_it_ended(keep_files: bool) -> tuple[int, int]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(EXIT_SECONDS if worker.hung_up else 0)
            _kill_with_all_it_started(process)
            code = process.wait()
            if not keep_files:
                remove(folder)
            return _ending(code)

        channel = Threaded(process.stdout, process.stdin, process.stderr, mark.encode())
        worker = LinkedWorker(channel, folder, how_it_ended)
        worker.greet(START_SECONDS)
        return worker

    def close(self) -> None:
        """Nothing is kept between workers."""


def _ending(code: int) -> tuple[int, int]:
    """(signal, exit code) out of what a system says of a process that has ended."""
    if code >= FIRST_OF_WINDOWS:
        return SIGNALS_OF_WINDOWS.get(code, signal.SIGSEGV), 0
    return max(0, -code), max(0, code)


def _kill_with_all_it_started(process: subprocess.Popen[bytes]) -> None:
    if not hasattr(os, "killpg"):
        return process.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
