"""A channel of descriptors that one thread serves by poll, where the system has it."""

from __future__ import annotations

import os
import select
import time

from grader.sandbox.channel import Channel, Gone, Late, Stop


class Polled(Channel):
    """`read` and `write` may be one descriptor. `output` is where the process's prints come from."""

    def __init__(self, read: int, write: int, output: int) -> None:
        super().__init__()
        self._read, self._write, self._output = read, write, output
        for descriptor in {read, write, output}:
            os.set_blocking(descriptor, False)

    def exchange(self, frame: bytes, seconds: float, stop: Stop | None) -> bytes:
        deadline = time.monotonic() + seconds
        unsent = memoryview(frame)
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        poll.register(self._read, select.POLLIN | (select.POLLOUT if unsent and self._read == self._write else 0))
        if unsent and self._read != self._write:
            poll.register(self._write, select.POLLOUT)
        if stop is not None:
            poll.register(stop, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late
            for descriptor, event in poll.poll(left * 1000):
                if stop is not None and descriptor == stop.fileno():
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
                        raise Gone
                    if complete := self._frame():
                        self._drain()
                        return complete

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._write, unsent[: 1 << 20]) :]
        except BlockingIOError:
            return unsent
        except OSError:
            raise Gone from None

    def _receive(self) -> bool:
        try:
            part = os.read(self._read, 1 << 20)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._incoming += part
        return bool(part)

    def drain(self) -> None:
        self._drain()

    def _drain(self) -> bool:
        """Read what was printed. False at the end of the pipe."""
        for _ in range(64):  # a flood must not keep the judge from its deadline
            try:
                part = os.read(self._output, 1 << 16)
            except BlockingIOError:
                return True
            if not part:
                return False
            self._print(part)
        return True

    def close(self) -> None:
        for descriptor in {self._read, self._write, self._output}:
            os.close(descriptor)
