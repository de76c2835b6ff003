"""Warm parents: one process per runtime that has imported its frameworks and forks confined workers in milliseconds."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import FenceMissing
from grader.sandbox import bubblewrap, landlock, seccomp
from grader.sandbox.fences import Fence
from grader.sandbox.link import LinkedWorker
from grader.sandbox.polled import Polled
from grader.sandbox.runtimes import Runtime, address_space, interpreter_paths, package_folders
from grader.worker.parent import MOST_KEPT
from grader.worker.scratch import remove
from grader.worker.serve import DATA
from grader.worker.values import decode, encode

CODE = Path(__file__).resolve().parent.parent / "worker"
OUTER_CODE, OUTER_PACKAGES = "/worker-code", "/worker-packages"  # where bubblewrap shows them
MOST_FILES, MOST_BYTES = 5_000, 64 << 20  # of a worker's scratch folder, and of one file
START_SECONDS, FORK_SECONDS, CLOSE_SECONDS = 60.0, 20.0, 5.0
MOST_WORKERS = 2_000  # of one warm parent; then a new one takes its place, whatever the old one gathered
GPU = ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", *(f"/dev/nvidia{n}" for n in range(8))]


class WarmParent:
    """Starts the process behind the outer fence at once, and waits for its imports only when the first worker is
    needed; `open_worker` forks a child behind the inner fence."""

    def __init__(self, runtime: Runtime, fence: Fence) -> None:
        self.runtime, self.fence = runtime, fence
        self.held: list[str] = []
        self.workers = 0  # that are open
        self.kept: list[str] = []  # scratch folders in which another worker may go on
        self._started = 0
        self._spoilt = False
        self._home = "" if fence.outer else tempfile.mkdtemp(prefix="kata-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            with theirs:
                self._process = subprocess.Popen(
                    self.command(theirs.fileno()),
                    pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=self._noise, stderr=self._noise,
                    env=self.environment(), cwd="/",
                )  # fmt: skip
            self._control.send(encode(self.setup()))
        except OSError:
            self.close()
            raise

    @property
    def usable(self) -> bool:
        """Can it start another worker? Not if it died, if something of a worker's is left that it cannot remove, or if
        it has started very many."""
        return not self._spoilt and self._started < MOST_WORKERS and self._process.poll() is None

    @property
    def needed(self) -> bool:
        """Are there workers of it, or files to which another one may come back?"""
        return bool(self.workers or (self.kept and self._process.poll() is None))

    def keeps(self, folder: str | None) -> bool:
        """Can a worker go on in that folder? It lies in this process's world, and in no other's."""
        return folder in self.kept and self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Returns when imports are done and the parent's own layers are on. Raises FenceMissing if it did not start."""
        if not self.held:
            try:
                hello = self._reply()
            except FenceMissing:
                self.close()
                raise
            self.held = [*(["bubblewrap"] if self.fence.outer else []), *hello["held"]]
            self._control.settimeout(FORK_SECONDS)

    def command(self, control: int) -> list[str]:
        """The command line of the process, with the outer fence before it."""
        executable, read, masked = interpreter_paths()
        packages = package_folders(*self.runtime.packages)
        if self.fence.outer:
            folders = {f"{OUTER_PACKAGES}/{name}": path for name, path in packages.items()}
            devices = ["/dev/null", "/dev/zero", "/dev/urandom", *self._gpu()]
            folders[f"{OUTER_CODE}/worker"] = str(CODE)
            links = {"/proc/self/exe": "/worker"} if self._asks_for_itself() else {}
            before = bubblewrap.command([executable, *read], masked, folders, devices, links)
            code, libraries = OUTER_CODE, OUTER_PACKAGES
        else:
            before, code, libraries = [], f"{self._home}/code", f"{self._home}/packages"
            os.mkdir(libraries)
            os.mkdir(code)
            os.symlink(CODE, f"{code}/worker")
            for name, path in packages.items():
                os.symlink(path, f"{libraries}/{name}")
        program = (
            f"import sys; sys.path += [{libraries!r}, {code!r}]; "
            f"from worker.parent import warm_parent; warm_parent({control})"
        )
        return [*before, executable, "-s", "-P", "-S", "-B", "-u", "-c", program]

    def environment(self) -> dict[str, str]:
        """Nothing of ours: one thread per library, equal hashes in every worker, this machine's processor settings."""
        keep = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        fixed = {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "CUDA_MODULE_LOADING": "LAZY"}
        return {**keep, **threads, **fixed, **dict(self.runtime.environment)}

    def setup(self) -> dict[str, Any]:
        """The first message: imports, and the layers of the parent itself and of each child."""
        limits = {
            "RLIMIT_AS": address_space(self.runtime), "RLIMIT_CPU": 600, "RLIMIT_FSIZE": MOST_BYTES,
            "RLIMIT_NOFILE": 128, "RLIMIT_CORE": 0, "RLIMIT_MSGQUEUE": 0,
        }  # fmt: skip
        if self._gpu():
            del limits["RLIMIT_AS"]  # CUDA maps far more than it uses
        parent: dict[str, Any] = {}
        child: dict[str, Any] = {
            "parent_death": True, "descriptors": DATA + 1, "scratch": [MOST_FILES, MOST_BYTES],
            "limits": {name: _at_most(name, amount) for name, amount in limits.items()},
        }  # fmt: skip
        if self.fence.inner:
            parent |= {"no_new_privs": True, "capabilities": True}
            child |= {"no_new_privs": True, "capabilities": True}
            if version := landlock.abi():
                readable, (of_all, of_itself) = self._readable(), self._command_lines()
                parent["landlock"] = landlock.rules(version, [*readable, *of_all], [self._home or "/tmp"])
                child["landlock"] = landlock.rules(version, [*readable, *of_itself], self._gpu())
            if seccomp.is_supported():
                child["seccomp"] = seccomp.program(every_ioctl=bool(self._gpu()))
                child["threads"] = seccomp.thread_rules()
        imports = {"imports": list(self.runtime.packages), "preloads": list(self.runtime.preloads)}
        return {**imports, "parent": parent, "child": child, "home": self._home}

    def _gpu(self) -> list[str]:
        """The device files that this runtime's workers drive."""
        return GPU if self.runtime.name == "torch" and os.path.exists(GPU[0]) else []

    def _asks_for_itself(self) -> bool:
        """TensorFlow aborts without /proc/self/exe, or if that is a Python and it cannot read its command line."""
        return "tensorflow" in self.runtime.packages

    def _command_lines(self) -> tuple[list[str], list[str]]:
        """What the parent and what a child may read of /proc; a child's own is not known before it is forked."""
        needed = self._asks_for_itself() and not self.fence.outer
        return (["/proc"], ["/proc/self/cmdline"]) if needed else ([], [])

    def _readable(self) -> list[str]:
        """What Landlock shows: interpreter, packages, our worker's code; not other workers' scratch folders."""
        executable, read, masked = interpreter_paths()
        if self.fence.outer:
            return [executable, *read, OUTER_CODE, OUTER_PACKAGES]
        paths = [f"{self._home}/code", f"{self._home}/packages", str(CODE)]
        for path in read:
            if any(os.path.dirname(hidden) == path for hidden in masked):
                paths += [entry.path for entry in os.scandir(path) if entry.path not in masked]
            else:
                paths.append(path)
        return [*paths, *package_folders(*self.runtime.packages).values()]

    def _ask(self, request: dict[str, Any], *descriptors: int) -> dict[str, Any]:
        try:
            socket.send_fds(self._control, [encode(request)], list(descriptors))
        except OSError as problem:
            self._spoilt = True
            raise FenceMissing(f"the warm parent of the workers is gone ({problem})") from problem
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        try:
            message = self._control.recv(1 << 16)
        except OSError:
            message = b""
        if not message:
            self._spoilt = True
            self._noise.seek(0)
            lines = self._noise.read().decode("utf-8", "replace").strip().splitlines()
            raise FenceMissing((lines or ["the warm parent of the workers did not start"])[-1][:300])
        reply: dict[str, Any] = decode(message)
        if "problem" in reply:
            raise FenceMissing(f"no worker could be started: {reply['problem']}")
        return reply

    def open_worker(self, folder: str | None = None) -> LinkedWorker:
        """A new worker, forked and confined. `folder`: the scratch folder of an earlier one, to keep its files."""
        self.wait_until_ready()
        self.kept = [kept for kept in self.kept if kept != folder]
        folder = folder or f"{self._home or '/tmp'}/{secrets.token_hex(8)}"
        mine, theirs = (one.detach() for one in socket.socketpair())
        output_read, output_write = os.pipe()
        try:
            pid = self._ask({"op": "fork", "folder": folder}, theirs, output_write)["pid"]
        except FenceMissing:
            os.close(mine)
            os.close(output_read)
            raise
        finally:
            os.close(theirs)
            os.close(output_write)

        def how_it_ended(keep_files: bool) -> tuple[int, int]:
            self.workers -= 1
            try:
                status = self._ask({"op": "end", "pid": pid, "keep": keep_files})
            except FenceMissing:  # the parent was killed, and its children with it
                return signal.SIGKILL, 0
            self._spoilt = self._spoilt or not status["clean"]
            if keep_files:
                self.kept = [*self.kept, folder][-MOST_KEPT:]
            return status["signal"], status["code"]

        self.workers += 1
        self._started += 1
        worker = LinkedWorker(Polled(mine, mine, output_read), folder, how_it_ended)
        worker.greet(FORK_SECONDS)
        worker.held = [*self.held, *(layer for layer in worker.held if layer not in self.held)]
        return worker

    def close(self) -> None:
        """End the process, its children and their files."""
        self._control.close()  # the parent ends its children, then itself
        process = getattr(self, "_process", None)
        if process is not None:
            try:
                process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._noise.close()
        if self._home:
            remove(self._home)


def _at_most(name: str, amount: int) -> int:
    hard = resource.getrlimit(getattr(resource, name))[1]
    return amount if hard == resource.RLIM_INFINITY else min(amount, hard)
