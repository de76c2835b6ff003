"""What a learner's file defines, and where. It is parsed and never run."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from grader.locale import say

MOST_NAMES = 1_000  # that are compared with a missing one: a file may hold a hundred thousand


def _body(source: bytes) -> list[ast.stmt] | None:
    """The statements at the top; None where Python cannot read the source."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def definition(source: bytes, dotted: str, whole: bool = False) -> int | None:
    """The line where `Class.method` or `function` is defined.

    Of a method that is not there the line of its class, unless the `whole` name is asked for.
    """
    body = _body(source) or []
    line = None
    for part in dotted.split("."):
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        found = next((node for node in body if isinstance(node, kinds) and node.name == part), None)
        if found is None:
            return None if whole else line
        line, body = found.lineno, found.body
    return line


@lru_cache(maxsize=256)
def nearest(source: bytes, missing: str, owner: str, language: str) -> str:
    """Of a name that a check looks for, the most similar one at the top of the source or in its class `owner`; that
    there is none; "" where it is there, or the file or the class cannot be looked at."""
    if (body := _body(source)) is None:
        return ""
    if owner:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner), [])
        if not body:
            return ""
    lines = dict(islice(_defined(body), MOST_NAMES))
    if not lines and not owner:
        return say("nothing_defined", language)
    folded = {name.casefold(): name for name in lines if name != missing}
    close = difflib.get_close_matches(missing.casefold(), folded, 1)
    if not close:
        return say("nothing_like_it", language) if missing not in lines else ""
    return say("nearest", language, name=folded[close[0]], line=lines[folded[close[0]]])


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """Classes, functions and names that are assigned, with their lines."""
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno
        elif isinstance(node, ast.Assign):
            yield from ((target.id, node.lineno) for target in node.targets if isinstance(target, ast.Name))
