"""Processes that answer requests: a warm parent that forks one confined child per worker, or a plain single worker.

    python -I -S -B -c "..." CONTROL_FD     warm parent: imports the runtime's frameworks, then forks on request
    python -I -B plain ...                  one worker without fences, where the system has none (stdin and stdout carry frames)

The warm parent only imports: no operation of a framework runs in it (a parallel one would hang its children).
"""

from __future__ import annotations

import array
import gc
import importlib
import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any, BinaryIO

from .session import Session
from .values import BadFrame, decode, encode, read_frame

DATA = 3  # a child's only descriptor besides its captured output


def warm_parent(control_fd: int) -> None:
    """Fork and end children until the control socket closes. The first message names imports and layers."""
    from .confine import confine

    control = socket.socket(fileno=control_fd)
    setup = decode(control.recv(1 << 20))
    if setup["scratch"]:
        os.environ.update(TMPDIR=setup["scratch"], HOME=setup["scratch"])
    for name in setup["imports"]:
        importlib.import_module(name)
    held = confine(setup["parent"])
    gc.freeze()  # children do not copy what the collector would otherwise touch
    control.send(encode({"held": held, "pid": os.getpid()}))
    folders: dict[int, str] = {}
    while message := _receive(control):
        request, descriptors = message
        if request["op"] == "fork":
            folder = request["folder"]
            os.makedirs(folder, 0o700, exist_ok=True)
            pid = os.fork()
            if pid == 0:
                _child(setup["child"], folder, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            folders[pid] = folder
            control.send(encode({"pid": pid}))
        else:
            control.send(encode(_end(request["pid"])))
            if not request["keep"]:
                shutil.rmtree(folders.pop(request["pid"]), ignore_errors=True)
    for pid, folder in folders.items():
        _end(pid)
        shutil.rmtree(folder, ignore_errors=True)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next request with the descriptors that came along; None when the judge is gone."""
    space = socket.CMSG_SPACE(2 * array.array("i").itemsize)
    message, extra, _, _ = control.recvmsg(1 << 16, space)
    descriptors = array.array("i")
    for _, _, content in extra:
        descriptors.frombytes(content)
    return (decode(message), list(descriptors)) if message else None


def _end(pid: int) -> dict[str, Any]:
    """Kill a child that still lives and say how it ended: by which signal or exit code, and its peak memory in KiB."""
    try:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return {"signal": 0, "code": 0, "peak": 0}
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {"signal": killed, "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0, "peak": usage.ru_maxrss}


def _child(layers: dict[str, Any], folder: str, descriptors: list[int]) -> None:
    """Become a worker: keep the data socket and the output pipe, put on the fence, answer until the judge hangs up."""
    from .confine import confine, die_with_parent

    try:
        die_with_parent()
        os.setsid()
        data, output = descriptors
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((output, 1), (output, 2), (null, 0), (data, DATA)):
            os.dup2(source, target)
        os.closerange(DATA + 1, 1 << 16)
        os.chdir(folder)
        os.environ.update(TMPDIR=folder, HOME=folder)
        if layers.get("landlock"):
            layers["landlock"]["allow"] = [(folder, layers["landlock"]["write"]), *layers["landlock"]["allow"]]
        held = confine(layers)
        with open(DATA, "r+b", buffering=0) as stream:
            stream.write(encode({"held": held}))
            _answer(stream, stream, Path(folder))
    finally:
        os._exit(0)


def _answer(incoming: Any, outgoing: Any, folder: Path) -> None:
    session = Session(folder)
    while frame := read_frame(incoming.read):
        try:
            request = decode(frame)
            reply = encode({**session.answer(request), "id": request["id"]})
        except BadFrame as problem:
            reply = encode({"raised": session.describe(problem), "id": request["id"]})
        _write(outgoing, reply)


def _write(outgoing: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[outgoing.write(view) :]


def plain_worker() -> None:
    """One worker in this process, no fence: frames on the original stdin and stdout, learner's output on stderr."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    folder = Path(sys.argv[1])
    os.chdir(folder)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    outgoing.write(encode({"held": []}))
    _answer(incoming, outgoing, folder)
