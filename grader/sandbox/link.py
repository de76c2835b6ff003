"""The judge's end of one worker: frames with a deadline, captured output, and a sure end."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from grader.errors import FenceMissing, LearnerRaised, WorkerDied, WorkerProblem, WorkerTimeout
from grader.worker.values import MAX_BODY, MAX_HEADER, PREFIX, BadFrame, decode, encode

OUTPUT_KEPT = 64 << 10
MOST_CHARACTERS = {"class": 100, "text": 2000, "file": 200, "source": 200, "owner": 100}  # of an error's parts
MOST_BASES, MOST_LINES = 20, 10_000_000


class Worker(Protocol):
    """A process (or not) that answers requests about one submission."""

    held: list[str]
    folder: str
    keep_files: bool

    def request(self, operation: str, seconds: float, **values: Any) -> Any:
        """The value of one operation, or LearnerRaised, WorkerTimeout, WorkerDied; after the last two it is gone."""

    def output(self) -> str:
        """What the learner's code printed so far, cut at 64 KiB."""

    def end(self) -> None:
        """Kill it with all it started; its scratch folder goes too, unless `keep_files`."""


class LinkedWorker:
    """A worker behind a data channel and an output pipe. `how_it_ended` kills it and says (signal, exit code)."""

    def __init__(
        self, read: int, write: int, output: int, folder: str, how_it_ended: Callable[[bool], tuple[int, int]]
    ) -> None:
        self.folder, self.keep_files = folder, False
        self._read, self._write, self._output = read, write, output
        for descriptor in {read, write, output}:
            os.set_blocking(descriptor, False)
        self._how_it_ended = how_it_ended
        self._incoming = bytearray()
        self._printed = bytearray()
        self._cut = False
        self._count = 0
        self.alive, self.hung_up = True, False
        self.held: list[str] = []
        self.stop: int | None = None  # a descriptor: once there is something to read, nobody waits for the answer

    def greet(self, seconds: float) -> None:
        """Wait for the first frame: the layers that the worker has put on itself. Raises FenceMissing."""
        try:
            hello = decode(self._exchange(b"", seconds))
        except WorkerProblem as problem:
            raise FenceMissing(f"a worker did not start: {problem}") from problem
        if "problem" in hello:
            self.end()
            raise FenceMissing(f"a worker could not confine itself: {hello['problem']}")
        self.held = hello["held"]

    def request(self, operation: str, seconds: float, **values: Any) -> Any:
        if not self.alive:
            raise WorkerDied(reason="it is gone")
        if self._incoming:
            self._fail("it wrote on the protocol's descriptor")
        self._count += 1
        frame = encode({"op": operation, "with": values, "id": self._count})
        reply = self._decoded(self._exchange(frame, seconds))
        if "raised" in reply:
            raise LearnerRaised(reply["raised"])
        return reply["value"]

    def _decoded(self, frame: bytes) -> dict[str, Any]:
        try:
            reply = decode(frame)
        except BadFrame as problem:
            self._fail(str(problem))
        is_mine = type(reply) is dict and type(reply.get("id")) is int and reply["id"] == self._count
        if is_mine and ("value" in reply or _is_error(reply.get("raised"))):
            return reply  # type: ignore[no-any-return]
        self._fail("it wrote on the protocol's descriptor")

    def _fail(self, reason: str) -> NoReturn:
        self.keep_files = False
        self.end()
        raise WorkerDied(reason=reason)

    def _exchange(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame, read one, drain the output meanwhile."""
        deadline = time.monotonic() + seconds
        unsent = memoryview(frame)
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        poll.register(self._read, select.POLLIN | (select.POLLOUT if unsent and self._read == self._write else 0))
        if unsent and self._read != self._write:
            poll.register(self._write, select.POLLOUT)
        if self.stop is not None:
            poll.register(self.stop, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                self.keep_files = False
                self.end()
                raise WorkerTimeout(seconds)
            for descriptor, event in poll.poll(left * 1000):
                if descriptor == self.stop:
                    self.keep_files = False
                    self.end()
                    raise KeyboardInterrupt
                if descriptor == self._output:
                    if not self._drain():
                        poll.unregister(self._output)
                    continue
                if event & select.POLLOUT and unsent:
                    unsent = self._send(unsent)
                    if not unsent:
                        poll.modify(self._write, select.POLLIN if self._read == self._write else 0)
                if event & (select.POLLIN | select.POLLHUP | select.POLLERR) and descriptor == self._read:
                    if not self._receive():
                        self._died()
                    if complete := self._frame():
                        self._drain()
                        return complete

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._write, unsent[: 1 << 20]) :]
        except BlockingIOError:
            return unsent
        except OSError:
            self._died()

    def _receive(self) -> bool:
        try:
            part = os.read(self._read, 1 << 20)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._incoming += part
        return bool(part)

    def _frame(self) -> bytes | None:
        """The frame at the head of what came in, once it is whole. Its size is checked before it is read."""
        if len(self._incoming) < PREFIX.size:
            return None
        header, body = PREFIX.unpack_from(self._incoming)
        if header > MAX_HEADER or body > MAX_BODY:
            self._fail("a frame that is too large")
        size = PREFIX.size + header + body
        if len(self._incoming) < size:
            return None
        frame = bytes(self._incoming[:size])
        del self._incoming[:size]
        return frame

    def _drain(self) -> bool:
        """Read what was printed; keep the beginning. False at the end of the pipe."""
        for _ in range(64):  # a flood must not keep the judge from its deadline
            try:
                part = os.read(self._output, 1 << 16)
            except BlockingIOError:
                return True
            if not part:
                return False
            room = OUTPUT_KEPT - len(self._printed)
            self._printed += part[:room]
            self._cut = self._cut or len(part) > room
        return True

    def _died(self) -> NoReturn:
        self.hung_up = True
        self._drain()
        signal, code = self._close()
        raise WorkerDied(signal, code)

    def output(self) -> str:
        if self.alive:
            self._drain()
        return self._printed.decode("utf-8", "replace") + ("\n[...]" if self._cut else "")

    def end(self) -> None:
        if self.alive:
            self._drain()
            self._close()

    def _close(self) -> tuple[int, int]:
        self.alive = False
        try:
            return self._how_it_ended(self.keep_files)
        finally:
            for descriptor in {self._read, self._write, self._output}:
                os.close(descriptor)


def _is_error(error: Any) -> bool:
    """Is this a structured error of exactly the parts that messages use?"""
    if type(error) is not dict or error.keys() != {*MOST_CHARACTERS, "bases", "line", "missing"}:
        return False
    texts = [(error[name], most) for name, most in MOST_CHARACTERS.items()]
    bases, line, missing = error["bases"], error["line"], error["missing"]
    if type(bases) is not list or len(bases) > MOST_BASES:
        return False
    texts += [(name, MOST_CHARACTERS["class"]) for name in bases]
    texts += [] if missing is None else [(missing, MOST_CHARACTERS["owner"])]
    if not all(type(text) is str and len(text) <= most for text, most in texts):
        return False
    names = [error["class"], error["owner"], error["file"], missing or "", *bases]
    return all(map(str.isprintable, names)) and (line is None or (type(line) is int and 0 <= line <= MOST_LINES))


def pair() -> tuple[int, int]:
    """Two ends of a data channel."""
    mine, theirs = socket.socketpair()
    return mine.detach(), theirs.detach()
