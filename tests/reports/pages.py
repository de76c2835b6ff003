"""Reads a page as a browser's parser does: which elements it has, with which attributes, and which text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "input", "rect", "br"}


class Page(HTMLParser):
    """`elements`: (tag, attributes). `rows`: of each table's body, the text of the cells, in one language."""

    def __init__(self, file: Path, language: str = "en") -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._hidden, self._language, self._in_cell = 0, language, False
        self.feed(file.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        other = dict(attributes).get("lang") in {"en", "es"} - {self._language} and tag != "html"
        if tag not in VOID and (self._hidden or other):
            self._hidden += 1
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= bool(self._hidden) and tag not in VOID
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._in_cell:
            self.rows[-1][-1] += data

    def row(self, begins: str) -> list[str]:
        """The first row whose first cell begins so, without white space around."""
        return next([cell.strip() for cell in row] for row in self.rows if row and row[0].strip().startswith(begins))
