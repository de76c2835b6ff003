"""Text for a page: what a learner controls is cut and made visible, then escaped; ours is there in both languages.

Escaping is Jinja's and Markup's; a string that is no Markup never reaches a page as HTML.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from grader.locale import catalogue
from grader.model import LANGUAGES, Text

NAME_LENGTH, LINE_LENGTH, LINES = 60, 400, 60  # a name in a table, a line and the lines of a message
CODE = re.compile(r"`([^`<>]{1,80})`")


def visible(text: str) -> str:
    """Controls, marks that turn the direction, and what cannot be encoded, as signs that can be seen: ␛, ⟨U+202E⟩."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _seen(ord(c)) for c in text.replace("\t", "    "))


def _seen(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's pictures of the control characters
    return f"⟨U+{code:04X}⟩"


def cut(text: str, length: int) -> str:
    """The beginning, with the number of characters that were left out."""
    return text if len(text) <= length else f"{text[:length]}… (+{len(text) - length})"


def name_of(student: str, length: int = NAME_LENGTH) -> str:
    """A student's name as it can be shown. A folder without a name to read is told by its signs."""
    shown = visible(cut(student, length))
    return shown if shown.strip() else f"⟨{shown}⟩"


def message_lines(message: str, title: str) -> list[str]:
    """A message as a learner reads it, without the title that stands above it."""
    lines = message.split("\n")
    if lines and lines[0] == title:
        lines = lines[1:]
    shown = [visible(cut(line.removeprefix("    "), LINE_LENGTH)) for line in lines[:LINES]]
    return shown + ([f"… (+{len(lines) - LINES})"] if len(lines) > LINES else [])


def bdi(text: str) -> Markup:
    """A learner's word whose direction stays its own."""
    return Markup("<bdi>{}</bdi>").format(text)


def code(text: str) -> Markup:
    """Our own titles: what stands between backticks is code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(visible(text)))))


def pair(texts: dict[str, Markup]) -> Markup:
    """Both languages, one of which the page shows."""
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    spans = (Markup('<span lang="{}">{}</span>').format(language, text) for language, text in texts.items())
    return Markup("").join(spans)


def titled(text: Text) -> Markup:
    """A title of ours in both languages. Text out of an old ledger may lack one of them."""
    return pair({language: code(text.get(language, text.get("en", ""))) for language in LANGUAGES})


def both(key: str, **facts: Any) -> Markup:
    """A text of the catalogue in both languages, the facts escaped."""
    if not facts:
        return _plain(key)
    return pair({language: code(catalogue(language)[key]).format(**facts) for language in LANGUAGES})


@cache
def _plain(key: str) -> Markup:
    return pair({language: code(catalogue(language)[key].format()) for language in LANGUAGES})


def number(value: float | None, digits: int = 1) -> str:
    """A number with at most so many decimals; a dash for what is not defined."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"
