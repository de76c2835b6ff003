"""A sign of life where something takes longer than a person waits without one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 2.0


@contextmanager
def saying_if_slow(text: str, write: Callable[[str], object], seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """`write(text)` once, if what is done inside is not done after so many seconds."""
    timer = threading.Timer(seconds, write, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
