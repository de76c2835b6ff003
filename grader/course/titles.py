"""exercise.toml without its sentences on hidden checks: learners get nothing of those, in no language."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from grader.errors import BadExercise
from grader.locale import say

TABLE = re.compile(r"\s*\[+\s*([^\]]*?)\s*\]+\s*(#.*)?")
KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*=""")
QUOTES = ('"""', "'''")


def without_hidden_titles(text: str, visible: set[str], name: str) -> str:
    """Entries of [checks] whose id is not visible are cut out, line by line. Raises BadExercise where that fails."""
    kept: list[str] = []
    table, keep, inside = "", True, ""
    for line in text.splitlines():
        if not inside:
            if found := TABLE.fullmatch(line):
                table, keep = found[1], True
            elif found := KEY.match(line):
                keep = table != "checks" or (found[1] or found[2] or found[3]) in visible
        inside = _still_inside(line, inside)
        if keep:
            kept.append(line)
    shorter = "\n".join(kept) + "\n"
    if tomllib.loads(shorter) != _expected(tomllib.loads(text), visible):
        raise BadExercise(say("release_titles", exercise=name))
    return shorter


def _still_inside(line: str, inside: str) -> str:
    """The quotes of a text of several lines that is open at the line's end."""
    for mark in QUOTES:
        if inside in ("", mark) and line.count(mark) % 2:
            return "" if inside else mark
    return inside


def _expected(facts: dict[str, Any], visible: set[str]) -> dict[str, Any]:
    if "checks" in facts:
        facts["checks"] = {id: title for id, title in facts["checks"].items() if id in visible}
    return facts
