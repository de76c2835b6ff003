"""Which words of an exercise's checks a learner would read in English in a Spanish message."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from grader.judge import words
from grader.judge.matchers import close_to
from grader.judge.trace import Kept
from grader.model import Check, Exercise

LETTERS = re.compile(r"[^\W\d_]{2,}")
IN_A_ROW = re.compile(r"(?=\b([a-z]+ [a-z]+ [a-z]+ [a-z]+)\b)")
REMARK = re.compile(r"#|[)\]] with ")
LONGEST_NAME = 3  # letters of a name of somebody's code: `x, y`; what is longer is a word: `shuffled, cached`


def untranslated(kept: Kept, checks: Iterable[Check], exercise: Exercise) -> set[str]:
    """The texts in comparisons that were made, and in the cases of these checks, that have no Spanish words.

    One word alone is not asked for: it may be a name in somebody's code.
    """
    cases = (case for check in checks if len(check.cases) > 1 for case in check.cases)
    said = {text for case in cases for text in case.values() if isinstance(text, str)}
    for got, matcher in kept.compared:
        said |= {matcher.call} if has_remark(matcher.call) else set()
        if isinstance(matcher, close_to):
            said |= set(_said(got, matcher.expected, exercise))
    return {text for text in said if not is_code(text) and not words.are_words(text, exercise)}


def _said(got: Any, expected: Any, exercise: Exercise) -> Iterator[str]:
    """The keys and the strings of two values. Of strings that came only those that stand in our files are ours."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from (name for name, _ in words.parts(str(key)))
            yield from _said(got.get(key) if isinstance(got, dict) else None, value, exercise)
    elif isinstance(expected, (list, tuple)):
        same = isinstance(got, (list, tuple)) and len(got) == len(expected)
        for one, other in zip(got if same else expected, expected, strict=True):
            yield from _said(one, other, exercise)
    elif isinstance(expected, str):
        yield expected
        if isinstance(got, str) and got in _constants(exercise):
            yield got


def is_code(text: str) -> bool:
    """Is it the same in every language: one word, or what could be arguments of a call?"""
    if not LETTERS.search(text) or not re.search(r"\s", text):
        return True
    try:
        tree = ast.parse(f"f({text})", mode="eval")
    except (SyntaxError, ValueError):
        return False
    given = tree.body.args if isinstance(tree.body, ast.Call) else []
    plain = any(isinstance(node, ast.Name) and len(node.id) > LONGEST_NAME for node in given)
    return not plain and not any(map(_is_sentence, ast.walk(tree)))


def _is_sentence(node: ast.AST) -> bool:
    """Does Python read words here as operators, as in `a in order`? In `a.grad is None` they are."""
    if isinstance(node, ast.Compare):
        return any(not isinstance(other, ast.Constant) for other in node.comparators)
    return isinstance(node, (ast.BoolOp, ast.Not, ast.IfExp))


def has_remark(call: str) -> bool:
    """Does a call hold words beside its code: a comment, `f(x) with ...`, or four in a row that code would not have?"""
    rows = (found[1].split() for found in IN_A_ROW.finditer(call))
    return bool(REMARK.search(call)) or any(sum(map(keyword.iskeyword, row)) < 2 for row in rows)


@cache
def _constants(exercise: Exercise) -> set[str]:
    """The strings in an exercise's own files: checks, scenarios, and what supports them."""
    found: set[str] = set()
    for folder in (exercise.folder, exercise.solutions):
        for file in sorted(folder.glob("*.py")) if folder else ():
            if file.name != exercise.file_name:
                found |= strings_in(file)
    return found


def strings_in(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_bytes()))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
