"""The call that a check shows (`call=` of its matcher), for code that never came to be compared: it raised or hung."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType
from typing import Any


def call_shown(function: Callable[..., Any], problem: BaseException | None) -> str:
    """What stands in `call=`, or is called `call`, at or below the line of the check that `problem` left; else ""."""
    traceback = problem.__traceback__ if problem is not None else None
    while traceback is not None and traceback.tb_frame.f_code is not function.__code__:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    frame, line = traceback.tb_frame, traceback.tb_lineno
    for last_line, expression in _calls(function):
        if last_line >= line:
            try:
                shown = eval(expression, frame.f_globals, frame.f_locals)  # the author's own text
            except Exception:  # made of what the check had not got yet
                return ""
            return shown if isinstance(shown, str) else ""
    return ""


@cache
def _calls(function: Callable[..., Any]) -> tuple[tuple[int, CodeType], ...]:
    """(the last line, the expression) of every `call=` and `call = ` in the check's source, from top to bottom."""
    try:
        source, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(source)))
    except (OSError, SyntaxError):
        return ()
    ast.increment_lineno(tree, first - 1)
    return tuple(
        (value.end_lineno or value.lineno, compile(ast.Expression(value), "<call>", "eval"))
        for value in sorted(_values(tree), key=lambda value: value.lineno)
    )


def _values(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if not isinstance(node, (ast.keyword, ast.Assign)):
            continue
        names = [node.arg] if isinstance(node, ast.keyword) else [getattr(name, "id", "") for name in node.targets]
        if "call" in names:
            yield node.value
