"""What `kata solution` shows: our answer and the learner's by functions, another style, how frameworks differ."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import decode_source
from itertools import groupby
from pathlib import Path

from grader.course.stub import BEGIN, END, original
from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions import read

Lines = list[str]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
FOR_TOOLS = re.compile(r"\s*# (?:noqa|type: ignore)\b.*")  # comments that no reader needs


@dataclass(frozen=True)
class Part:
    """A function, or what stands outside of them: "" in the file, `Adam` in the class. Empty where a side has none."""

    name: str
    ours: Lines
    yours: Lines

    @property
    def is_same(self) -> bool:
        return _code(self.ours) == _code(self.yours)


def of_the_learner(exercise: Exercise) -> str:
    """The learner's file as text; "" where there is none or it is no text."""
    try:
        return decode_source(read(exercise.stub, exercise)[exercise.file_name])
    except (BadSubmission, OSError, SyntaxError, ValueError):
        return ""


def ours(file: Path) -> str:
    """An answer of ours without the marks that the stub is cut at and without comments for tools."""
    lines = file.read_text("utf-8").splitlines()
    shown = [line for line in lines if not BEGIN.fullmatch(line) and not END.fullmatch(line)]
    return "\n".join(FOR_TOOLS.sub("", line) for line in shown).strip("\n") + "\n"


def compared(exercise: Exercise, yours: str) -> list[Part]:
    """What one of both wrote, in our order; then what is the learner's alone. What the stub gave is left out."""
    assert exercise.solutions is not None
    stub = original(exercise)
    known = _docstrings(stub)
    given = _parts(stub, known)
    mine, theirs = _parts(ours(exercise.solutions / exercise.file_name), known), _parts(yours, known)
    written = [{name: lines for name, lines in side.items() if _code(lines) != _code(given.get(name, []))}
               for side in (mine, theirs)]  # fmt: skip
    names = [*written[0], *(name for name in written[1] if name not in written[0])]
    # What one side alone rewrote stands beside what the other kept, unless that is the stub's "not implemented".
    kept = {name: lines for name, lines in mine.items() if name not in written[0]}
    return [Part(name, (written[0] | kept).get(name, []), written[1].get(name, [])) for name in names]


def other_style(exercise: Exercise, yours: str) -> Path | None:
    """The alternative with the smallest share of lines that are the learner's too: there is most to see in it."""
    assert exercise.solutions is not None
    known = set(_code(yours.splitlines()))
    shared: dict[Path, float] = {}
    for file in sorted((exercise.solutions / "alternatives").glob("*.py")):
        lines = _code(ours(file).splitlines())
        shared[file] = sum(line in known for line in lines) / max(1, len(lines))
    return min(shared, key=lambda file: shared[file], default=None)


def differences(exercise: Exercise, language: str) -> str:
    """Markdown: what torch, Keras and JAX do differently where this exercise compares; "" where it is not written."""
    assert exercise.solutions is not None
    file = exercise.solutions / f"differences{'' if language == 'en' else f'.{language}'}.md"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _code(lines: Lines) -> Lines:
    return [line.strip() for line in lines if line.strip()]


def _tree(source: str) -> ast.Module:
    """An empty one for what is no Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _docstrings(source: str) -> dict[str, str]:
    return {name: ast.get_docstring(node) or "" for name, node in _named(_tree(source))}


def _named(node: ast.Module | Definition, name: str = "") -> Iterator[tuple[str, ast.Module | Definition]]:
    """The module, its classes and functions, and those in its classes, with qualified names, in the file's order."""
    yield name, node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for child in node.body:
            if isinstance(child, Definition):
                yield from _named(child, f"{name}.{child.name}".lstrip("."))


def _parts(source: str, known: dict[str, str]) -> dict[str, Lines]:
    """The lines of each part by its name. A docstring that `known` has under that name is left out."""
    lines, found = ["", *source.split("\n")], dict[str, Lines]()
    for name, node in _named(_tree(source)):
        own = _span(node, lines)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for child in node.body:
                own -= _span(child, lines) if isinstance(child, Definition) else set()
        if (documented := ast.get_docstring(node)) and documented == known.get(name):
            own -= _docstring_lines(node)
        shown = _without_gaps([lines[number] for number in sorted(own)])
        found[name] = [*found[name], "", *shown] if found.get(name) else shown  # a property and its setter are one
    return {name: shown for name, shown in found.items() if shown}


def _span(node: ast.Module | Definition, lines: Lines) -> set[int]:
    """The numbers of its lines, with decorators and the comments right above."""
    if isinstance(node, ast.Module):
        return set(range(1, len(lines) if node.body else 1))
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return set(range(first, (node.end_lineno or first) + 1))


def _docstring_lines(node: ast.Module | Definition) -> set[int]:
    """Those of the docstring, if nothing else stands on them."""
    first, *rest = node.body
    last = first.end_lineno or first.lineno
    alone = bool(rest) and rest[0].lineno > last and first.lineno > getattr(node, "lineno", 0)
    return set(range(first.lineno, last + 1)) if alone else set()


def _without_gaps(lines: Lines) -> Lines:
    """Further left by what all are indented, one empty line where there were several, none at the ends."""
    text = textwrap.dedent("\n".join(lines)).strip("\n").split("\n")
    runs = [list(run) for _, run in groupby(text, key=lambda line: bool(line.strip()))]
    return [line.rstrip() for run in runs for line in (run if run[0].strip() else run[:1])] if any(text) else []
