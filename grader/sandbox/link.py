"""The judge's end of one worker: requests, answers that are believed to be no more than values, and a sure end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from grader.errors import FenceMissing, LearnerRaised, WorkerDied, WorkerProblem, WorkerTimeout
from grader.sandbox.channel import Channel, Gone, Late, Stop, TooLarge
from grader.worker.values import BadFrame, decode, encode

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
    """A worker at the other end of a channel. `how_it_ended` kills it and says (signal, exit code)."""

    def __init__(self, channel: Channel, folder: str, how_it_ended: Callable[[bool], tuple[int, int]]) -> None:
        self.folder, self.keep_files = folder, False
        self._channel = channel
        self._how_it_ended = how_it_ended
        self._count = 0
        self.alive, self.hung_up = True, False
        self.held: list[str] = []
        self.stop: Stop | None = None

    def greet(self, seconds: float, frame: bytes = b"") -> None:
        """Wait for the first frame: the layers that the worker has put on itself. `frame`: what it waits for, if
        anything. What its libraries print until then is not the learner's. Raises FenceMissing."""
        try:
            hello = decode(self._exchange(frame, seconds))
        except WorkerProblem as problem:
            last = self._channel.printed.strip().rpartition("\n")[2][:300]
            raise FenceMissing(f"a worker did not start: {problem} {last}".rstrip()) from problem
        self._channel.forget_printed()
        if "problem" in hello:
            self.end()
            raise FenceMissing(f"a worker could not confine itself: {hello['problem']}")
        self.held = hello["held"]

    def request(self, operation: str, seconds: float, **values: Any) -> Any:
        if not self.alive:
            raise WorkerDied(reason="it is gone")
        if self._channel.unasked:
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
        try:
            return self._channel.exchange(frame, seconds, self.stop)
        except Gone:
            self._died()
        except TooLarge as problem:
            self._fail(str(problem))
        except Late:
            self.keep_files = False
            self.end()
            raise WorkerTimeout(seconds) from None
        except KeyboardInterrupt:
            self.keep_files = False
            self.end()
            raise

    def _died(self) -> NoReturn:
        self.hung_up = True
        self._channel.drain()
        signal, code = self._close()
        raise WorkerDied(signal, code)

    def output(self) -> str:
        if self.alive:
            self._channel.drain()
        return self._channel.printed

    def end(self) -> None:
        if self.alive:
            self._channel.drain()
            self._close()

    def _close(self) -> tuple[int, int]:
        self.alive = False
        try:
            return self._how_it_ended(self.keep_files)
        finally:
            self._channel.close()


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
