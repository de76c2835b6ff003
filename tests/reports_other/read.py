"""Reads our files back as strictly as the other systems do: what is no JSON, XML or table raises."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from grader.model import Attempt
from grader.reports import (
    canvas,
    classroom50,
    exercism,
    gradescope,
    junit,
    moodle,
    prairielearn,
    summary,
    workflow_commands,
)

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
RUNNER = {"CLASSROOM": "dl101", "ASSIGNMENT": "kata-03", "OWNER": "ana", "COMMIT_URL": "https://example.org/c/1"}
WRITERS = {
    "gradescope": gradescope.write,
    "prairielearn": prairielearn.write,
    "exercism": exercism.write,
    "classroom50": lambda attempt, language: classroom50.write(attempt, language, RUNNER, NOW),
    "junit": junit.write,
    "summary": lambda attempt, language: summary.write([attempt], language),
    "annotations": lambda attempt, language: workflow_commands.write([attempt], language),
    "canvas": lambda attempt, language: canvas.write([attempt], "03_adam (77)").text,
    "moodle": lambda attempt, language: moodle.write([attempt], language).text,
}


def written(name: str, attempt: Attempt, language: str = "en") -> str | None:
    text = WRITERS[name](attempt, language)
    if text is not None:
        text.encode("utf-8")  # no lone surrogate
    return text


def strict(text: str) -> Any:
    """JSON without nan, as bytes of ASCII."""

    def refuse(name: str) -> float:
        raise ValueError(name)

    return json.loads(text.encode("ascii"), parse_constant=refuse)


def xml(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode("utf-8"))


def rows(text: str) -> list[dict[str, str]]:
    """Each row has as many cells as the head; no cell holds a line end."""
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert all(len(row) == len(found[0]) for row in found)
    assert not any(set(cell) & set("\r\n") for row in found for cell in row)
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub's runner reads: (command, properties, message) of each line; a line that is none is refused."""
    found = []
    for line in text.splitlines(keepends=True):
        match = re.fullmatch(r"::(\w+) ([^:]*)::([^\n]*)\n", line)
        assert match, line[:200]
        name, listed, data = match.groups()
        properties = dict(part.split("=", 1) for part in listed.split(","))
        found.append((name, {key: _back(value) for key, value in properties.items()}, _back(data)))
    return found


def _back(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text
