"""Text for terminals and pipes whose encoding lacks our signs: a worse sign, never a UnicodeEncodeError.

Windows gives a program whose output is piped cp1252; PYTHONIOENCODING and old locales can be anything.
"""

from __future__ import annotations

import codecs
import contextlib
import sys
import unicodedata
from typing import Any

NAME = "kata-narrow"
INSTEAD = {
    "✔": "+", "✘": "x", "○": "o", "·": "-", "…": "...", "–": "-", "—": "-", "−": "-", "→": "->", "×": "x", "≤": "<=",
    "≥": ">=", "≠": "!=", "≈": "~", "¿": "", "¡": "", "«": '"', "»": '"', "“": '"', "”": '"', "‘": "'", "’": "'",
    "█": "#", "░": ".", "│": "|", "─": "-",
}  # fmt: skip


def narrowed(problem: UnicodeError) -> tuple[str, int]:
    """What `codecs` puts in place of what cannot be encoded."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    lost = problem.object[problem.start : problem.end]
    return "".join(_instead(character) for character in lost), problem.end


def _instead(character: str) -> str:
    """A sign of ASCII: accents fall off their letters."""
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return INSTEAD.get(character, base if base.isprintable() and base else "?")


def let_streams_narrow(*streams: Any) -> None:
    """From now on these write what they cannot encode in a worse sign; standard output and error if none are named."""
    codecs.register_error(NAME, narrowed)
    for stream in streams or (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):  # no text stream, or a closed one
            if stream.errors in ("strict", "replace"):
                stream.reconfigure(errors=NAME)
