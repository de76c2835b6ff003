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
from collections import Counter
from pathlib import Path

from grader.sandbox.link import LinkedWorker
from grader.sandbox.runtimes import Runtime
from grader.sandbox.runtimes import runtime as find_runtime
from grader.sandbox.threaded import Threaded
from grader.worker.scratch import remove
from grader.worker.values import encode

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
    """One interpreter per worker. Where a second worker was needed a third one may be, so it starts ahead of time."""

    fence_names: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._ahead: dict[str, Spawned] = {}
        self._opened: Counter[str] = Counter()

    def warm(self, runtime: str) -> None:
        """Start a worker that imports its frameworks while nobody needs it yet."""
        if runtime not in self._ahead:
            self._ahead[runtime] = Spawned(find_runtime(runtime))

    def open_worker(self, runtime: str, folder: str | None = None) -> LinkedWorker:
        found = find_runtime(runtime)
        spawned = self._ahead.pop(runtime, None)
        if spawned is None or not spawned.lives:
            spawned = Spawned(found)
        folder = folder or tempfile.mkdtemp(prefix="kata-")

        def how_it_ended(keep_files: bool) -> tuple[int, int]:
            ending = spawned.end(EXIT_SECONDS if worker.hung_up else 0)
            if not keep_files:
                remove(folder)
            return ending

        worker = LinkedWorker(spawned.channel, folder, how_it_ended)
        worker.greet(START_SECONDS, encode({"folder": folder}))
        self._opened[runtime] += 1
        if self._opened[runtime] > 1:
            self.warm(runtime)
        return worker

    def close(self) -> None:
        """End what nobody needed."""
        for spawned in self._ahead.values():
            spawned.end()
            spawned.channel.close()
        self._ahead.clear()


class Spawned:
    """A worker's process, which waits for the folder that it is to work in."""

    def __init__(self, runtime: Runtime) -> None:
        code, mark = str(Path(__file__).resolve().parent.parent), f"<{secrets.token_hex(16)}>"
        environment = {name: value for name, value in os.environ.items() if name not in NEVER}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-u", "-c", PROGRAM.format(code=code),
             mark, " ".join(runtime.packages), " ".join(runtime.preloads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, cwd=tempfile.gettempdir(),
            env={**environment, **ALWAYS, **dict(runtime.environment)},
            start_new_session=True, creationflags=OWN_GROUP,
        )  # fmt: skip
        pipes = self._process.stdout, self._process.stdin, self._process.stderr
        assert pipes[0] and pipes[1] and pipes[2], "unreachable because all were asked for"
        self.channel = Threaded(pipes[0], pipes[1], pipes[2], mark.encode())

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self, patience: float = 0.0) -> tuple[int, int]:
        """Kill it with all it started; (signal, exit code). It may end by itself within `patience` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        if not hasattr(os, "killpg"):
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of zombies
                os.killpg(self._process.pid, signal.SIGKILL)
        return _ending(self._process.wait())


def _ending(code: int) -> tuple[int, int]:
    """(signal, exit code) out of what a system says of a process that has ended."""
    if code >= FIRST_OF_WINDOWS:
        return SIGNALS_OF_WINDOWS.get(code, signal.SIGSEGV), 0
    return max(0, -code), max(0, code)
