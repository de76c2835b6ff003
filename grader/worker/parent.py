"""The warm parent: imports a runtime's frameworks, then forks a confined child for each worker.

    python -s -P -S -B -c "..." CONTROL_FD

It only imports: no operation of a framework runs in it (a parallel one would hang its children).
It holds nothing secret.
"""

from __future__ import annotations

import array
import gc
import os
import select
import signal
import socket
import tempfile
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from .confine import confine
from .scratch import remove, too_full
from .serve import DATA, answer_requests, import_frameworks
from .threads import answer, hand_over, take_over
from .values import decode, encode

MOST_KEPT = 2  # folders that wait for the next worker of their submission; what an unfinished one left must not pile up
LOOK_SECONDS, REMOVE_SECONDS, FORK_SECONDS = 0.25, 2.0, 10.0


def warm_parent(control_fd: int) -> None:
    """Fork and end children until the control socket closes. The first message names imports and layers."""
    control = socket.socket(fileno=control_fd)
    setup = decode(control.recv(1 << 20))
    if setup["home"]:
        os.environ.update(TMPDIR=setup["home"], HOME=setup["home"])
    import_frameworks(setup["imports"], setup["preloads"])
    held = confine(setup["parent"])
    gc.freeze()  # children do not copy what the collector would otherwise touch
    control.send(encode({"held": held, "pid": os.getpid()}))
    nursery = Nursery(control, setup["child"])
    try:
        nursery.serve()
    finally:
        nursery.close()
        if setup["home"]:
            remove(setup["home"])


@dataclass
class Child:
    pid: int
    folder: str
    listener: int | None  # where it asks before it starts a thread
    threads: int = 0
    stopped: bool = False  # by us, for what it took of the disk


class Nursery:
    """The children, and what they may use up together: threads and the scratch folders."""

    def __init__(self, control: socket.socket, layers: dict[str, Any]) -> None:
        self.control, self.layers = control, layers
        if layers.get("parent_death"):
            layers["parent_death"] = os.getpid()
        self.children: dict[int, Child] = {}
        self.kept: list[str] = []
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def serve(self) -> None:
        looks, look_at = "scratch" in self.layers, 0.0
        while True:
            events = self.poll.poll(LOOK_SECONDS * 1000 if self.children and looks else None)
            for descriptor, event in events:
                if descriptor != self.control.fileno():
                    self.thread_asked(descriptor, event)
                elif not self.request():
                    return
            if looks and time.monotonic() > look_at:
                for child in self.children.values():
                    if self.too_full(child.folder):
                        stop(child)
                look_at = time.monotonic() + LOOK_SECONDS

    def too_full(self, folder: str) -> bool:
        return "scratch" in self.layers and too_full(folder, *self.layers["scratch"])

    def close(self) -> None:
        for pid in list(self.children):
            self.end(pid, keep=False)
        for folder in self.kept:
            remove(folder)

    def request(self) -> bool:
        """Do what the judge asks for; False when it is gone."""
        space = socket.CMSG_SPACE(2 * array.array("i").itemsize)
        message, extra, _, _ = self.control.recvmsg(1 << 16, space)
        if not message:
            return False
        descriptors = array.array("i")
        for _, _, content in extra:
            descriptors.frombytes(content)
        request = decode(message)
        if request["op"] == "fork":
            reply = self.fork(request["folder"], list(descriptors))
        else:
            reply = self.end(request["pid"], request["keep"])
        self.control.send(encode(reply))
        return True

    def fork(self, folder: str, descriptors: list[int]) -> dict[str, Any]:
        if folder in self.kept:
            self.kept.remove(folder)
        mine, theirs = socket.socketpair()
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
            pid = _fork_within(FORK_SECONDS)
            if pid == 0:
                _become_worker(self.layers, folder, descriptors, theirs)
        except OSError as problem:
            mine.close()
            return {"problem": str(problem)}
        finally:
            theirs.close()
            for descriptor in descriptors:
                os.close(descriptor)
        listener = take_over(mine)
        mine.close()
        if listener is not None:
            self.poll.register(listener, select.POLLIN)
        self.children[pid] = Child(pid, folder, listener)
        return {"pid": pid}

    def end(self, pid: int, keep: bool) -> dict[str, Any]:
        """Kill a child that still lives and say how it ended: by which signal or exit code, and its peak memory in KiB.

        Its folder goes, or waits for the next worker. `clean` is False if some of it could not be removed.
        """
        child = self.children.pop(pid)
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        self.forget_listener(child)
        clean = True
        if keep and not self.too_full(child.folder):
            self.kept.append(child.folder)
            if len(self.kept) > MOST_KEPT:
                clean = remove(self.kept.pop(0), REMOVE_SECONDS)
        else:
            clean = remove(child.folder, REMOVE_SECONDS)
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if child.stopped:
            killed = int(signal.SIGXFSZ)  # so that nobody takes it for a worker that somebody else killed
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        return {"signal": killed, "code": code, "peak": usage.ru_maxrss, "clean": clean}

    def thread_asked(self, listener: int, event: int) -> None:
        child = next((child for child in self.children.values() if child.listener == listener), None)
        if child is None:
            return  # it was ended a moment ago
        if event & select.POLLIN:
            child.threads += 1
            answer(listener, child.threads <= self.layers["threads"]["most"])
        else:
            self.forget_listener(child)

    def forget_listener(self, child: Child) -> None:
        if child.listener is not None:
            self.poll.unregister(child.listener)
            os.close(child.listener)
            child.listener = None


def stop(child: Child) -> None:
    """End a child that takes too much of the disk, and give back what it took. The judge hears of it when it asks."""
    child.stopped = True
    os.kill(child.pid, signal.SIGKILL)  # not waited for yet, so the number is still its own
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    remove(child.folder, REMOVE_SECONDS)


def _fork_within(seconds: float) -> int:
    """The machine may have no process left for a moment, if another program takes them all."""
    until = time.monotonic() + seconds
    while True:
        try:
            return os.fork()
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _become_worker(layers: dict[str, Any], folder: str, descriptors: list[int], parent: socket.socket) -> NoReturn:
    """In the child: keep the data socket and the output pipe, put on the fence, answer until the judge hangs up."""
    try:
        os.setsid()
        data, output = descriptors
        null = os.open(os.devnull, os.O_RDONLY)
        asks = "threads" in layers and hand_over(layers["threads"], parent)
        parent.close()
        for source, target in ((output, 1), (output, 2), (null, 0), (data, DATA)):
            os.dup2(source, target)
        os.chdir(folder)
        os.environ.update(TMPDIR=folder, HOME=folder)
        tempfile.tempdir = None  # a framework may have asked for it in the parent
        if layers.get("landlock"):
            layers["landlock"]["allow"] = [(folder, layers["landlock"]["write"]), *layers["landlock"]["allow"]]
        with open(DATA, "r+b", buffering=0) as stream:
            try:
                held = [*(["threads"] if asks else []), *confine(layers)]
            except OSError as problem:
                stream.write(encode({"held": [], "problem": str(problem)}))
                os._exit(1)
            stream.write(encode({"held": held}))
            answer_requests(stream, stream, folder)
    finally:
        os._exit(0)
