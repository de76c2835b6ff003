"""What a release ships of the known mistakes: how each ends the visible checks. Numbers; no code, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from grader.judge.trace import Trace
from grader.model import LEARNER_SEED
from grader.worker.values import PREFIX, BadFrame, decode, encode

FILE = ".known-mistakes"

Behaviour = tuple[str, list[Trace]]  # how a mistake's file ends a check, and the traces of the check's cases
Known = dict[str, Behaviour]  # check id -> behaviour


def packed(known: Iterable[tuple[str, Known]]) -> bytes:
    """The file's content for (misconception, what it does): a frame for each, one after the other."""
    return b"".join(encode([misconception, seen]) for misconception, seen in known)


@cache
def read(folder: Path, seed: str) -> dict[Path, Known]:
    """What the mistakes do, under names as their files might have. Nothing for other numbers than the learner's, and
    nothing from a file that is missing or damaged: then no mistake is named, and all else goes on."""
    known: dict[Path, Known] = {}
    try:
        content = (folder / FILE).read_bytes() if seed == LEARNER_SEED else b""
        for number, frame in enumerate(_frames(content)):
            misconception, seen = decode(frame)
            ends = {str(id): (str(outcome), list(traces)) for id, (outcome, traces) in seen.items()}
            known[Path(f"{misconception}__{number}.py")] = ends
    except (OSError, BadFrame, ValueError, TypeError, AttributeError):
        return {}
    return known


def _frames(content: bytes) -> Iterable[bytes]:
    while content:
        if len(content) < PREFIX.size:
            raise BadFrame("cut off")
        size = PREFIX.size + sum(PREFIX.unpack_from(content))
        yield content[:size]
        content = content[size:]
