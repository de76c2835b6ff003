"""A channel of plain pipes that threads read and write: it needs neither poll nor reads that do not wait.

What is printed comes through a pipe of its own, so an answer may overtake it. The worker therefore prints a mark
before each answer; the mark is a random text that is kept nowhere but here and in the worker.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import IO

from grader.sandbox.channel import Channel, Gone, Late, Stop
from grader.worker.values import MAX_BODY, MAX_HEADER, PREFIX

LOOK_SECONDS = 0.05  # Windows tells nobody who waits of Ctrl-C
MARK_SECONDS = 1.0  # that prints may be behind their answer
END_SECONDS = 0.5  # a process that the worker started may hold its pipes open for ever
MOST_WAITING = PREFIX.size + MAX_HEADER + MAX_BODY


class Threaded(Channel):
    def __init__(self, read: IO[bytes], write: IO[bytes], output: IO[bytes], mark: bytes) -> None:
        """Unbuffered pipes: answers, requests, prints."""
        super().__init__()
        self._mark, self._marks, self._answers = mark, 0, 0
        self._gone = self._silent = self._closed = False
        self._news = threading.Condition()
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        works: tuple[tuple[Callable[[IO[bytes]], None], IO[bytes]], ...]
        works = (self._hear, read), (self._send, write), (self._listen, output)
        self._threads = [threading.Thread(target=self._until_it_ends, args=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def exchange(self, frame: bytes, seconds: float, stop: Stop | None) -> bytes:
        deadline = time.monotonic() + seconds
        if frame:
            self._outgoing.put(frame)
        with self._news:
            while (complete := self._frame()) is None:
                left = deadline - time.monotonic()
                if self._gone:
                    raise Gone
                if left <= 0:
                    raise Late
                if stop is not None and stop.is_set():
                    raise KeyboardInterrupt
                self._news.wait(min(left, LOOK_SECONDS))
            self._answers += bool(frame)
            self._news.notify_all()  # there is room again
        self.drain()
        return complete

    def drain(self) -> None:
        until = time.monotonic() + MARK_SECONDS
        with self._news:
            while self._marks < self._answers and not self._silent and time.monotonic() < until:
                self._news.wait(LOOK_SECONDS)

    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._outgoing.put(b"")
        until = time.monotonic() + END_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _until_it_ends(self, work: Callable[[IO[bytes]], None], pipe: IO[bytes]) -> None:
        """Each thread closes its own pipe: on Windows nobody else can while it reads."""
        with contextlib.suppress(OSError), pipe:
            work(pipe)
        with self._news:
            self._silent = self._silent or work == self._listen
            self._gone = self._gone or work != self._listen
            self._news.notify_all()

    def _hear(self, read: IO[bytes]) -> None:
        while part := read.read(1 << 20):
            with self._news:
                self._incoming += part
                self._news.notify_all()
                self._news.wait_for(lambda: self._closed or len(self._incoming) < MOST_WAITING)
                if self._closed:
                    return

    def _send(self, write: IO[bytes]) -> None:
        while frame := self._outgoing.get():
            unsent = memoryview(frame)
            while unsent:
                unsent = unsent[write.write(unsent) :]

    def _listen(self, output: IO[bytes]) -> None:
        held = b""
        while part := output.read(1 << 16):
            *printed, held = (held + part).split(self._mark)
            ahead = max(0, len(held) - len(self._mark))  # what follows may be the beginning of a mark
            with self._news:
                self._print(b"".join(printed) + held[:ahead])
                self._marks += len(printed)
                self._news.notify_all()
                if self._closed:
                    return
            held = held[ahead:]
        self._print(held)
