"""Warm parents: one process per runtime that has imported its frameworks and forks a confined worker in milliseconds."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import FenceMissing
from grader.sandbox import bubblewrap, landlock, seccomp
from grader.sandbox.fences import Fence
from grader.sandbox.link import LinkedWorker, pair
from grader.sandbox.runtimes import Runtime, interpreter_paths, package_folders
from grader.worker.values import decode, encode

CODE = Path(__file__).resolve().parent.parent / "worker"
START_SECONDS, FORK_SECONDS = 60.0, 20.0
GPU = ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", *(f"/dev/nvidia{n}" for n in range(8))]


class WarmParent:
    """Starts the process behind the outer fence at once, and waits for its imports only when the first worker is
    needed; `open_worker` forks a child behind the inner fence."""

    def __init__(self, runtime: Runtime, fence: Fence) -> None:
        self.runtime, self.fence = runtime, fence
        self._forks = 0
        self._home = tempfile.mkdtemp(prefix="kata-")
        self._scratch = "/tmp" if fence.outer else f"{self._home}/scratch"
        Path(self._home, "scratch").mkdir()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        self._noise = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=self._noise, stderr=self._noise,
                env=_environment(), cwd="/",
            )  # fmt: skip
            theirs.close()
            self._control.send(encode(self._setup()))
        except OSError:
            self.close()
            raise
        self.held: list[str] = []

    def wait_until_ready(self) -> None:
        """Returns when the imports are done and the parent's own layers are on. Raises FenceMissing if it did not start."""
        if not self.held:
            try:
                hello = self._reply()
            except FenceMissing:
                self.close()
                raise
            self.held = [*(["bubblewrap"] if self.fence.outer else []), *hello["held"]]
            self._control.settimeout(FORK_SECONDS)

    def _command(self, control: int) -> list[str]:
        executable, read, masked = interpreter_paths()
        packages = package_folders(*self.runtime.packages)
        if self.fence.outer:
            root = "/worker-packages"
            folders = {f"{root}/{name}": path for name, path in packages.items()} | {"/worker-code/worker": str(CODE)}
            devices = ["/dev/null", "/dev/zero", "/dev/urandom", *(GPU if self._drives_gpu() else [])]
            before = bubblewrap.command([executable, *read], masked, folders, devices)
            code, libraries = "/worker-code", root
        else:
            before, code, libraries = [], f"{self._home}/code", f"{self._home}/packages"
            os.mkdir(libraries)
            os.mkdir(code)
            os.symlink(CODE, f"{code}/worker")
            for name, path in packages.items():
                os.symlink(path, f"{libraries}/{name}")
        program = (
            f"import sys; sys.path += [{libraries!r}, {code!r}]; "
            f"from worker.serve import warm_parent; warm_parent({control})"
        )
        return [*before, executable, "-s", "-P", "-S", "-B", "-u", "-c", program]

    def _drives_gpu(self) -> bool:
        return self.runtime.name == "torch" and os.path.exists(GPU[0])

    def _setup(self) -> dict[str, Any]:
        """The first message: imports, and the layers of the parent itself and of each child."""
        limits = {
            "RLIMIT_AS": self.runtime.address_space, "RLIMIT_CPU": 600, "RLIMIT_FSIZE": 64 << 20,
            "RLIMIT_NOFILE": 128, "RLIMIT_CORE": 0, "RLIMIT_MSGQUEUE": 0,
        }  # fmt: skip
        if self._drives_gpu():
            del limits["RLIMIT_AS"]  # CUDA maps far more than it uses
        limits = {k: _at_most(k, v) for k, v in limits.items()}
        parent: dict[str, Any] = {"capabilities": self.fence.inner}
        child: dict[str, Any] = {"limits": limits}
        version = landlock.abi() if self.fence.inner else 0
        if version:
            parent["landlock"] = landlock.rules(version, self._readable(), [self._scratch])
            child["landlock"] = landlock.rules(version, ["/"], GPU if self._drives_gpu() else [])
        if self.fence.inner and seccomp.is_supported():
            child["seccomp"] = seccomp.program(every_ioctl=self._drives_gpu())
        imports = [*self.runtime.imports, "worker.confine"]
        return {"imports": imports, "parent": parent, "child": child, "scratch": self._scratch}

    def _readable(self) -> list[str]:
        """What layer one of Landlock shows: the same as the outer fence, in places where that one may be missing."""
        if self.fence.outer:
            return ["/"]
        _, read, masked = interpreter_paths()
        paths = [f"{self._home}/code", f"{self._home}/packages", str(CODE)]
        for path in read:
            if any(os.path.dirname(hidden) == path for hidden in masked):
                paths += [entry.path for entry in os.scandir(path) if entry.path not in masked]
            else:
                paths.append(path)
        return [*paths, *package_folders(*self.runtime.packages).values()]

    def _reply(self) -> dict[str, Any]:
        try:
            message = self._control.recv(1 << 16)
        except OSError:
            message = b""
        if not message:
            self._noise.seek(0)
            lines = self._noise.read().decode("utf-8", "replace").strip().splitlines()
            raise FenceMissing((lines or ["the warm parent of the workers did not start"])[-1][:300])
        reply: dict[str, Any] = decode(message)
        return reply

    def open_worker(self, folder: str | None = None) -> LinkedWorker:
        """A new worker, forked and confined. `folder`: the scratch folder of an earlier one, to keep its files."""
        self.wait_until_ready()
        self._forks += 1
        folder = folder or f"{self._scratch}/w{self._forks}"
        mine, theirs = pair()
        output_read, output_write = os.pipe()
        request = encode({"op": "fork", "folder": folder})
        socket.send_fds(self._control, [request], [theirs, output_write])
        os.close(theirs)
        os.close(output_write)
        pid = self._reply()["pid"]

        def how_it_ended(keep_files: bool) -> tuple[int, int]:
            self._control.send(encode({"op": "end", "pid": pid, "keep": keep_files}))
            status = self._reply()
            return status["signal"], status["code"]

        worker = LinkedWorker(mine, mine, output_read, folder, how_it_ended)
        worker.greet(FORK_SECONDS)
        worker.held = [*self.held, *(layer for layer in worker.held if layer not in self.held)]
        return worker

    def close(self) -> None:
        self._control.close()  # the parent ends its children, then itself
        process = getattr(self, "_process", None)
        if process is not None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._noise.close()
        shutil.rmtree(self._home, ignore_errors=True)


def _environment() -> dict[str, str]:
    """Nothing of ours: one thread per library, equal hashes in every worker, and the processor settings of this machine."""
    keep = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**keep, **threads, "PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "CUDA_MODULE_LOADING": "LAZY"}


def _at_most(name: str, amount: int) -> int:
    hard = resource.getrlimit(getattr(resource, name))[1]
    return amount if hard == resource.RLIM_INFINITY else min(amount, hard)
