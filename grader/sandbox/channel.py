"""The bytes between the judge and a worker's process: frames with a deadline, and what it prints.

polled.py     descriptors and poll: a worker behind fences
threaded.py   pipes and threads: a worker on any system
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod

from grader.worker.values import MAX_BODY, MAX_HEADER, PREFIX

OUTPUT_KEPT = 64 << 10


class Gone(Exception):
    """The other end has hung up."""


class Late(Exception):
    """The deadline has passed."""


class TooLarge(Exception):
    """A frame says that it is larger than any answer may be."""


class Stop:
    """Once it is set, nobody waits for a worker's answer any more. Who sets and clears it holds a lock of their own."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._read, self._write = os.pipe()

    def set(self) -> None:
        if not self._event.is_set():
            self._event.set()
            os.write(self._write, b".")

    def clear(self) -> None:
        if self._event.is_set():
            os.read(self._read, 1)
            self._event.clear()

    def is_set(self) -> bool:
        return self._event.is_set()

    def fileno(self) -> int:
        """A descriptor that can be read from as long as it is set."""
        return self._read

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class Channel(ABC):
    def __init__(self) -> None:
        self._incoming = bytearray()
        self._printed = bytearray()
        self._cut = False

    @abstractmethod
    def exchange(self, frame: bytes, seconds: float, stop: Stop | None) -> bytes:
        """Send a frame (none if it is empty), read one.

        Raises Gone, Late, TooLarge; KeyboardInterrupt if `stop` is set meanwhile.
        """

    @abstractmethod
    def drain(self) -> None:
        """What the process has printed so far is in `printed` afterwards."""

    @abstractmethod
    def close(self) -> None:
        """After the end of the process."""

    @property
    def unasked(self) -> bool:
        """Did bytes come that belong to no answer?"""
        return bool(self._incoming)

    @property
    def printed(self) -> str:
        return self._printed.decode("utf-8", "replace") + ("\n[...]" if self._cut else "")

    def forget_printed(self) -> None:
        self._printed.clear()
        self._cut = False

    def _print(self, part: bytes) -> None:
        """Keep the beginning."""
        room = OUTPUT_KEPT - len(self._printed)
        self._printed += part[:room]
        self._cut = self._cut or len(part) > room

    def _frame(self) -> bytes | None:
        """The frame at the head of what came in, once it is whole. Its size is checked before it is read."""
        if len(self._incoming) < PREFIX.size:
            return None
        header, body = PREFIX.unpack_from(self._incoming)
        if header > MAX_HEADER or body > MAX_BODY:
            raise TooLarge("a frame that is too large")
        size = PREFIX.size + header + body
        if len(self._incoming) < size:
            return None
        frame = bytes(self._incoming[:size])
        del self._incoming[:size]
        return frame
