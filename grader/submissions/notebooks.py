"""A notebook's answer as a module: its answer cells in order. Nothing is executed, outputs and kernels are ignored.

Which cells are the answer:
1. those that nbgrader calls solutions; where their ids name exercises (`kata-03-answer`), those of this exercise;
2. else those tagged `answer` or `kata-03`, or whose first line is `# kata 03`;
3. else, in a notebook that marks nothing, every cell that defines: it has an import, a class or a function, or
   consists of plain assignments. A cell that only calls, prints or draws is scratch paper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from grader.errors import BadSubmission
from grader.locale import say
from grader.model import Exercise
from grader.submissions.trees import shown, too_large

NOTEBOOK_BYTES, CELLS, ANSWER_BYTES = 16 << 20, 10_000, 1 << 20
MARKLESS_CHARACTERS = 100_000  # a longer cell without a mark is not looked at
SUFFIX = ".ipynb"
EXERCISE = re.compile(rb"kata[ -](\d+)\b")

# Strings, comments and brackets as far as they say where a statement begins; what is none of them does not.
TOKEN = re.compile(
    r"""\#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|\\\n|[()\[\]{}]|\n""",
    re.DOTALL,
)
MAGIC = re.compile(r"\s*([%!?]|[\w., \[\]*]+=\s*(%\w|!)|[\w.]+\?{1,2}\s*$)")
DEFINES = re.compile(r"(def|async\s+def|class|import|from|@)\b|@")
ASSIGNS = re.compile(r"[A-Za-z_]\w*\s*(:[^=]*)?=(?!=)")
CALLS = re.compile(r"\w\s*\(")
STRING = re.compile(r"[rRuU]?[\"']")


def exercises_named(content: bytes) -> set[str]:
    """The numbers of the exercises that a notebook's marks name."""
    return {number.decode() for number in EXERCISE.findall(content)}


def module_of(content: bytes, exercise: Exercise, name: str) -> bytes:
    """The answer cells as a module's source. Raises BadSubmission, naming the cell, where there can be none."""
    chosen = answer_cells(content, exercise, name)
    text = "".join(f"# %% cell {n}\n{source}\n" for n, source in chosen)
    module = ("# -*- coding: utf-8 -*-\n" + text).encode("utf-8", "replace")
    if len(module) > ANSWER_BYTES:
        raise too_large(name, ANSWER_BYTES)
    for n, source in chosen:
        _refuse_magic(source, n, name)
    return module


def answer_cells(content: bytes, exercise: Exercise, name: str) -> list[tuple[int, str]]:
    """The number and the source of each answer cell. Raises BadSubmission where there is none."""
    cells = [(n, cell) for n, cell in enumerate(cells_of(content, name), 1) if cell.get("cell_type") == "code"]
    chosen = _answers(cells, exercise)
    if not chosen:
        raise BadSubmission(say("no_answer_cell", file=shown(name), number=exercise.number))
    return chosen


def cells_of(content: bytes, name: str) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        raise BadSubmission(say("notebook_broken", file=shown(name))) from None
    if not isinstance(notebook, dict):
        raise BadSubmission(say("notebook_broken", file=shown(name)))
    version = notebook.get("nbformat", 4)
    if version != 4 or "worksheets" in notebook:
        raise BadSubmission(say("notebook_format", file=shown(name), version=shown(str(version)[:20])))
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise BadSubmission(say("notebook_broken", file=shown(name)))
    if len(cells) > CELLS:
        raise BadSubmission(say("notebook_cells", file=shown(name), count=CELLS))
    return cells


Numbered = list[tuple[int, dict[str, Any]]]


def _answers(cells: Numbered, exercise: Exercise) -> list[tuple[int, str]]:
    mark = f"kata-{exercise.number}"
    solutions = [(n, cell) for n, cell in cells if _nbgrader(cell).get("solution") is True]
    named = [(n, cell) for n, cell in solutions if grade_id_of(cell).startswith("kata-")]
    ours = [(n, cell) for n, cell in named if grade_id_of(cell).startswith(mark + "-")]
    tagged = [(n, cell) for n, cell in cells if _is_tagged(cell, mark, exercise.number)]
    chosen = ours or (tagged if named else solutions or tagged)
    if not chosen and not named:
        free = [(n, cell) for n, cell in cells if not _nbgrader(cell) and len(source_of(cell)) <= MARKLESS_CHARACTERS]
        chosen = [(n, cell) for n, cell in free if _defines(source_of(cell))]
    return [(n, source_of(cell)) for n, cell in chosen]


def source_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def _metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _nbgrader(cell: dict[str, Any]) -> dict[str, Any]:
    facts = _metadata(cell).get("nbgrader")
    return facts if isinstance(facts, dict) else {}


def grade_id_of(cell: dict[str, Any]) -> str:
    return str(_nbgrader(cell).get("grade_id", ""))[:100]


def _is_tagged(cell: dict[str, Any], mark: str, number: str) -> bool:
    tags = _metadata(cell).get("tags")
    if isinstance(tags, list) and ("answer" in tags or mark in tags):
        return True
    return re.match(rf"\s*#\s*kata {number}\b", source_of(cell)) is not None


def statements(source: str) -> Iterator[tuple[int, str]]:
    """The number and the first line of each statement: lines inside strings, brackets and continuations begin none."""
    line, depth, begins = 1, 0, 0
    yield 1, _line_at(source, 0)
    for token in TOKEN.finditer(source):
        text = token.group()
        line += text.count("\n")
        if text in "([{":
            depth += 1
        elif text in ")]}":
            depth = max(0, depth - 1)
        elif text == "\n":
            begins = token.end()
            if depth == 0:
                yield line, _line_at(source, begins)


def _line_at(source: str, start: int) -> str:
    return source[start : min(start + 500, (source.find("\n", start) + 1 or len(source) + 1) - 1)]


def _refuse_magic(source: str, cell: int, name: str) -> None:
    for line, text in statements(source):
        if MAGIC.match(text):
            raise BadSubmission(say("magic", file=shown(name), cell=cell, line=line, text=shown(text.strip(), 40)))


def _defines(source: str) -> bool:
    top = [text for _, text in statements(source) if text.strip() and not text[0].isspace() and text[0] != "#"]
    plain = [text for text in top if not MAGIC.match(text)]
    if any(DEFINES.match(text) for text in plain):
        return True
    assigns = all((ASSIGNS.match(text) and not CALLS.search(text)) or STRING.match(text) for text in top)
    return assigns and any(ASSIGNS.match(text) for text in top)
