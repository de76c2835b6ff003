"""What a worker does all its life: reads a request, answers it. And the plain worker, where the system has no fence.

The plain worker's command line: a mark to print before each answer, packages to import, and others if they are there.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from .session import Session
from .values import BadFrame, decode, encode, read_frame

DATA = 3  # a confined worker's only descriptor besides its captured output


def answer_requests(incoming: Any, outgoing: Any, folder: str, before: Callable[[], None] = lambda: None) -> None:
    """Until the judge hangs up. `before` is called before each answer."""
    session = Session(Path(folder))
    while frame := read_frame(incoming.read):
        request = decode(frame)
        try:
            reply = encode({**session.answer(request), "id": request["id"]})
        except (BadFrame, RecursionError, MemoryError) as problem:
            reply = encode({"raised": session.describe(problem), "id": request["id"]})
        before()
        _write(outgoing, reply)


def _write(outgoing: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[outgoing.write(view) :]


def import_frameworks(packages: list[str], preloads: list[str]) -> None:
    """What workers hold before their learner's code comes; of the preloads, what this version has."""
    for name in packages:
        importlib.import_module(name)
    for name in preloads:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    if "tensorflow" in sys.modules:  # it warns of each scenario's function, whose source it does not find
        sys.modules["logging"].getLogger("tensorflow").setLevel("ERROR")


def plain_worker() -> None:
    """One worker in this process, no fence: frames on the original stdin and stdout, learner's output on stderr."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    mark, packages, preloads = sys.argv[1:]
    import_frameworks(packages.split(), preloads.split())

    def print_mark() -> None:
        with contextlib.suppress(OSError):  # the learner's code has closed it
            os.write(2, mark.encode())

    if first := read_frame(incoming.read):  # it may be long until somebody needs this worker
        folder = decode(first)["folder"]
        os.chdir(folder)
        print_mark()
        outgoing.write(encode({"held": []}))
        answer_requests(incoming, outgoing, folder, print_mark)
