"""A name that a check looks for and the learner's file lacks: which of those in the file may be meant for it."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator

from grader.locale import say


def nearest(source: bytes, missing: str, owner: str, language: str) -> str:
    """The most similar name at the top of the source, which is parsed and never run, or in its class `owner`; that
    there is none; "" where it is there, or the file or the class cannot be looked at."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body: list[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if owner:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner), [])
        if not body:
            return ""
    lines = dict(_defined(body))
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
