"""A notebook's module is its answer cells in order; whatever else it is, it is refused with the reason."""

from __future__ import annotations

import ast
import contextlib
import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from grader.errors import BadSubmission
from grader.model import Exercise
from grader.submissions.notebooks import NOTEBOOK_BYTES, module_of
from tests.submissions.making import answer, cell, checking, notebook

ATTACKS = Path(__file__).resolve().parents[3] / "shared" / "attacks"


def module(exercise: Exercise, *cells: dict[str, Any], **facts: Any) -> str:
    return module_of(notebook(*cells, **facts), exercise, "p.ipynb").decode()


def code(source: str) -> list[str]:
    """The lines that say something."""
    return [line for line in source.splitlines() if line and not line.startswith("#")]


def test_the_answer_cells_in_order_and_nothing_else(toy: Exercise) -> None:
    cells = [
        cell("# Double", "markdown"), cell("%matplotlib inline\nscratch = 1"), answer("a = 1", "kata-90-answer"),
        cell("!pip install cheat"), answer("b = 2", "kata-90-answer-2"), checking("kata_check('90.1')"), cell("print(a)"),
    ]  # fmt: skip
    assert code(module(toy, *cells)) == ["a = 1", "b = 2"]


def test_each_cell_says_its_number_so_that_a_line_can_be_found(toy: Exercise) -> None:
    assert "# %% cell 2\nx = 1\n" in module(toy, cell("text", "markdown"), answer("x = 1"))


def test_a_notebook_for_several_exercises_gives_each_its_own(toy: Exercise, other: Exercise) -> None:
    cells = [answer("a = 90", "kata-90-answer"), answer("a = 91", "kata-91-answer")]
    assert code(module(toy, *cells)) == ["a = 90"]
    assert code(module(other, *cells)) == ["a = 91"]


def test_an_answer_for_another_exercise_is_none(toy: Exercise) -> None:
    with pytest.raises(BadSubmission, match="no answer cell"):
        module(toy, answer("a = 91", "kata-91-answer"), cell("def double(x): return x"))


def test_solutions_of_an_instructors_own_notebook(toy: Exercise) -> None:
    """Cells that nbgrader calls solutions, whatever their ids."""
    assert code(module(toy, cell("a = 0"), answer("a = 1", "my-cell"), answer("b = 2", ""))) == ["a = 1", "b = 2"]


@pytest.mark.parametrize("mark", [{"tags": ["answer"]}, {"tags": ["x", "kata-90"]}])
def test_a_tag_marks_the_answer(toy: Exercise, mark: dict[str, Any]) -> None:
    assert code(module(toy, cell("a = 0"), cell("a = 1", **mark))) == ["a = 1"]


@pytest.mark.parametrize("first", ["# kata 90", "\n\n#kata 90\n", "# kata 90: my answer"])
def test_a_first_line_marks_the_answer(toy: Exercise, first: str) -> None:
    assert code(module(toy, cell("a = 0"), cell("# kata 91\nb = 0"), cell(f"{first}\na = 1"))) == ["a = 1"]


def test_without_any_mark_the_cells_that_define_count(toy: Exercise) -> None:
    """Imports, classes, functions, plain assignments; calls and drawings are scratch paper, magics in them too."""
    cells = [
        cell("import numpy as np"), cell("EPS = 1e-8\nNAMES = [\n  'a',\n]"), cell("%matplotlib inline"), cell("print(1)"),
        cell("@cache\ndef double(x):\n  return 2 * x"), cell("plt.plot(np.arange(3))"), cell("x = double(3)"), cell("!ls\n%time double(3)"),
        cell("class A: pass"), checking("assert double(1) == 2"), cell(""),
    ]  # fmt: skip
    assert code(module(toy, *cells)) == [
        "import numpy as np",
        "EPS = 1e-8",
        "NAMES = [",
        "  'a',",
        "]",
        "@cache",
        "def double(x):",
        "  return 2 * x",
        "class A: pass",
    ]


def test_a_notebook_of_nothing_has_no_answer(toy: Exercise) -> None:
    for cells in ([], [cell("print(1)")], [cell("text", "markdown")], [checking("assert double(1) == 2")]):
        with pytest.raises(BadSubmission, match="# kata 90"):
            module(toy, *cells)


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("%matplotlib inline\nimport x", 1, "%matplotlib inline"),
        ("%%time\nx = 1", 1, "%%time"),
        ("x = 1\n\n!pip install torch", 3, "!pip install torch"),
        ("def f():\n    %time g()\n", 2, "%time g()"),
        ("files = !ls", 1, "files = !ls"),
        ("a, b = %timeit -o f()", 1, "a, b = %timeit -o f()"),
        ("double?", 1, "double?"),
        ("?double", 1, "?double"),
        ("s = '''\n% no\n'''\n%time", 4, "%time"),
        ("x = (1,\n  2)\n% time", 3, "% time"),
        ("# it's\n!ls", 2, "!ls"),
        ("x = 'it\\'s'\r\n!ls", 2, "!ls"),
    ],
)
def test_magics_are_refused_by_name_and_place(toy: Exercise, source: str, line: int, text: str) -> None:
    with pytest.raises(BadSubmission) as problem:
        module(toy, cell("scratch"), answer(source))
    assert str(problem.value).startswith(f"p.ipynb, cell 2, line {line}: `{text}` is not Python")


@pytest.mark.parametrize(
    "source",
    [
        "x = (10\n% 3)",
        "x = 10 \\\n% 3",
        "x = '''\n%time\n!ls\n'''",
        'x = """\n!ls"""',
        "x = [\n'a', # [\n\n!= 3]",
        "x = 5 % 3\ny = x != 3",
        "# %time\n# !ls?",
        "x = 'what?'",
        "f(a=1)[0] = b % c",
        "if x:\n    y = r'\\'\nz = 1",
        "'''a\n'b\n%c'''",
    ],
)
def test_what_looks_like_a_magic_inside_python_is_none(toy: Exercise, source: str) -> None:
    assert source in module(toy, answer(source))


def test_source_may_be_lines_or_text(toy: Exercise) -> None:
    assert code(module(toy, answer(["a = 1\n", "b = 2"]))) == code(module(toy, answer("a = 1\nb = 2")))


def test_duplicated_ids_are_answers_both(toy: Exercise) -> None:
    """Copying a cell copies its metadata."""
    assert code(module(toy, answer("a = 1"), answer("a = 2"))) == ["a = 1", "a = 2"]


def test_a_module_that_names_an_encoding_is_read_as_what_it_is(toy: Exercise) -> None:
    """Our bytes are UTF-8, whatever a comment copied from a file says."""
    made = module_of(notebook(answer("# -*- coding: latin-1 -*-\nx = 'ñ'")), toy, "p.ipynb")
    names: dict[str, Any] = {}
    exec(compile(made, "p", "exec"), names)
    assert names["x"] == "ñ"


NOT_NOTEBOOKS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not a notebook"),
    "text": (b"hello", "not a notebook"),
    "cut": (notebook(answer("x = 1"))[:-20], "not a notebook"),
    "list": (b"[1]", "not a notebook"),
    "cells_number": (b'{"cells": 5, "metadata": [], "nbformat": 4}', "not a notebook"),
    "cells_of_numbers": (b'{"cells": [1, 2], "nbformat": 4}', "not a notebook"),
    "no_cells": (b'{"nbformat": 4}', "not a notebook"),
    "deep": (b"[" * 1_000_000, "not a notebook"),
    "deep_and_closed": (b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not a notebook"),
    "huge_number": (b'{"cells": [' + b"9" * 1_000_000 + b"]}", "not a notebook"),
    "not_utf8": (b'{"cells": ["\xff\xfe"]}', "not a notebook"),
    "format_3": (json.dumps({"nbformat": 3, "worksheets": [{"cells": []}]}).encode(), "format 3"),
    "format_99": (notebook(nbformat=99), "format 99"),
    "format_of_odd_type": (notebook(nbformat={"a": ["\n"]}), "format"),
    "million_cells": (b'{"nbformat": 4, "cells": [' + b"{}," * 1_000_000 + b"{}]}", "more than 10000 cells"),
    "odd_types": (
        notebook(
            {"cell_type": ["code"]},
            {"cell_type": "code", "source": 5, "metadata": 7},
            cell([1, None], nbgrader=[1], tags=3),
        ),
        "no answer cell",
    ),  # type: ignore[list-item]
    "huge_answer": (notebook(answer("x = 1\n" * 300_000)), "larger than 1 MiB"),
}


@pytest.mark.parametrize("name", NOT_NOTEBOOKS)
def test_what_is_no_notebook_is_refused_with_the_reason(name: str, toy: Exercise) -> None:
    content, reason = NOT_NOTEBOOKS[name]
    began = time.perf_counter()
    with pytest.raises(BadSubmission, match=reason) as problem:
        module_of(content, toy, "p.ipynb")
    assert str(problem.value).isprintable()
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "character",
    ["'", '"', "'''", '"""', "(", "\\\n", "'''a\n%x", "\n", "a = b, ", "x [ ] ", "#", "% ", "%x\n", "x?", "a.b."],
)
def test_no_cell_takes_long_to_look_at(character: str, toy: Exercise) -> None:
    for made in (answer, cell):
        began = time.perf_counter()
        with contextlib.suppress(BadSubmission):
            module(toy, made("x = 1\n" + character * (90_000 // len(character))), cell("# kata 90"))
        assert time.perf_counter() - began < 3


def test_large_outputs_are_left_behind(toy: Exercise) -> None:
    loud = answer("def double(x): return 2 * x")
    loud["outputs"] = [{"output_type": "display_data", "data": {"text/html": "<b>x</b>" * 1_000_000}}]
    content = notebook(loud)
    assert len(content) < NOTEBOOK_BYTES
    tracemalloc.start()
    assert len(module_of(content, toy, "p.ipynb")) < 200
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20


def test_text_that_is_no_unicode_does_not_stop_it(toy: Exercise) -> None:
    made = module_of(notebook(answer("x = 'LONE'")).replace(b"LONE", b"\\ud800"), toy, "p.ipynb")
    ast.parse(made)


def released() -> dict[str, Any]:
    """A notebook as learners get it."""
    intro = cell(
        "Read",
        "markdown",
        nbgrader={"grade": False, "solution": False, "locked": True, "grade_id": "kata-90-readme", "schema_version": 3},
    )
    made = notebook(
        intro,
        answer("# YOUR CODE HERE\nraise NotImplementedError()"),
        checking("kata_check('90.1')"),
        checking("kata_check('90.2')", "kata-90-2"),
    )
    return dict(json.loads(made))


def shared_attacks() -> list[dict[str, Any]]:
    file = ATTACKS / "attacks.json"
    entries = json.loads(file.read_text("utf-8")) if file.is_file() else []
    return [
        entry
        for entry in entries
        if entry["name"].startswith(("nb_", "patch_ipython")) and "mutate.py" in entry["files"]
    ]


@pytest.mark.parametrize("entry", shared_attacks(), ids=lambda entry: str(entry["name"]))
def test_the_shared_hostile_notebooks_give_their_own_code_or_a_reason(
    entry: dict[str, Any], toy: Exercise, tmp_path: Path
) -> None:
    """Neither points nor cells nor kernels of theirs matter: what counts is the wrong code that they wrote."""
    script = tmp_path / "mutate.py"
    script.write_text(
        entry["files"]["mutate.py"]
        + "\nimport json, sys\nmade = mutate(json.load(sys.stdin))\nsys.stdout.write(made if isinstance(made, str) else json.dumps(made))",
        "utf-8",
    )
    made = subprocess.run(
        [sys.executable, script], input=json.dumps(released()), capture_output=True, text=True, timeout=60, check=True
    ).stdout
    if entry["name"] == "nb_not_a_notebook":
        with pytest.raises(BadSubmission):
            module_of(made.encode(), toy, "p.ipynb")
    else:
        found = module_of(made.encode(), toy, "p.ipynb").decode()
        assert "kata_check" not in found
        assert "wrong on purpose" in found
