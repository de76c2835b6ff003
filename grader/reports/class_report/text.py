"""Text for a page: what a learner controls is cut and made visible, then escaped; ours is there in both languages.

Escaping is Jinja's and Markup's; a string that is no Markup never reaches a page as HTML.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

from grader.locale import catalogue, text_of
from grader.model import LANGUAGES, Text

NAME_LENGTH, LINE_LENGTH, LINES = 60, 2500, 100  # of a name in a table, of a message: more than an honest one needs
CONTROLS = {0: "NUL", 7: "BEL", 8: "BS", 10: "LF", 13: "CR", 27: "ESC", 127: "DEL"}  # few fonts have their pictures
CODE = re.compile(r"`([^`<>]{1,80})`")


def visible(text: str) -> str:
    """Controls, marks that turn the direction, and what cannot be encoded, as signs to be seen: ⟨ESC⟩, ⟨U+202E⟩."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _seen(ord(c)) for c in text.replace("\t", "    "))


def _seen(code: int) -> str:
    return f"⟨{CONTROLS.get(code, f'U+{code:04X}')}⟩"


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


def pair(texts: dict[str, Markup], tag: str = "span") -> Markup:
    """Both languages, one of which the page shows; one element without a language where they say the same."""
    if len(set(texts.values())) == 1:
        return next(iter(texts.values())) if tag == "span" else Markup(f"<{tag}>{texts['en']}</{tag}>")
    return Markup("".join(f'<{tag} lang="{language}">{escape(text)}</{tag}>' for language, text in texts.items()))


def titled(text: Text) -> Markup:
    """A title of ours in both languages. Text out of an old ledger may lack one of them."""
    return _titled(*(text.get(language, text.get("en", "")) for language in LANGUAGES))


@lru_cache(maxsize=4096)  # each student's page has the same ones
def _titled(*texts: str) -> Markup:
    return pair({language: code(text) for language, text in zip(LANGUAGES, texts, strict=True)})


def block(lines: dict[str, list[str]]) -> Markup:
    """Messages as blocks, a language each."""
    texts = {language: escape("\n".join(several)) for language, several in lines.items()}
    return pair(texts, "pre") if any(texts.values()) else Markup("")


def both(key: str, **facts: Any) -> Markup:
    """A text of the catalogue in both languages, the facts escaped."""
    if not facts:
        return _plain(key)
    return pair({language: code(text_of(key, language, facts.get("count"))).format(**facts) for language in LANGUAGES})


@cache
def _plain(key: str) -> Markup:
    return pair({language: code(catalogue(language)[key].format()) for language in LANGUAGES})


@lru_cache(maxsize=4096)
def number(value: float | None, digits: int = 1, fixed: bool = False) -> str:
    """A number with at most (or always) so many decimals; a dash for what is not defined."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    if not fixed and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if float(text) == 0 else text


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"
