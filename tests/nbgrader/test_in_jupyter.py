"""The released notebook in a real kernel: the learner runs their cell and the test cells, and reads rich output."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.nbgrader.classroom import RIGHT, WRONG, Classroom, answer_of, environment

pytest.importorskip("nbclient", reason="nbclient comes with nbgrader")


def run(room: Classroom, folder: Path, notebook: dict[str, Any], *more: str, **variables: str) -> list[list[Any]]:
    """The outputs of each cell; `more` are cells of the learner's at the end."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.reads(json.dumps(notebook), as_version=4)
    made.cells += [nbformat.v4.new_code_cell(source) for source in more]
    client = NotebookClient(made, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (environment(room.home) | variables).items():
            patch.setenv(name, value)
        client.execute()
    return [cell.get("outputs", []) for cell in made.cells]


def html_of(outputs: list[Any]) -> str:
    shown: str = outputs[0]["data"]["text/html"]
    return shown


@pytest.fixture(scope="module")
def shown(generated: Classroom) -> list[list[Any]]:
    """A wrong answer, a check of it, then a right one in the same cell's place, a magic, and text that is markup."""
    evil = "# kata 90\ndef double(x):\n    raise ValueError('<script>alert(1)</script>')"
    hangs = "# kata 90\nimport sys\nif 'ipykernel' not in sys.modules:\n    while True: pass"  # in the worker alone
    more = [
        'check("90")', f"# kata 90\n{RIGHT}", "check()", f"# kata 90\n!true\n{RIGHT}", "check()", evil, "check()",
        hangs, 'kata_check("90.1")',
    ]  # fmt: skip
    notebook = generated.answered(WRONG)
    return run(generated, generated.folder / "release" / "ps1", notebook, *more)[
        notebook["cells"].index(answer_of(notebook)) :
    ]


def test_a_test_cell_shows_its_visible_check(shown: list[list[Any]]) -> None:
    """Rich output with the message; in plain text the same words for where there is no HTML."""
    seen = html_of(shown[1])
    for words in ("90.1", "Twice a small number.", "got 5, expected 6", "double.py:7", "4/8"):
        assert words in seen
        assert words in shown[1][0]["data"]["text/plain"]
    assert "<pre" in seen


def test_a_hidden_check_says_that_it_waits(shown: list[list[Any]]) -> None:
    for outputs, id in zip(shown[2:4], ("90.2", "90.3"), strict=True):
        assert f"{id} is checked when the work is graded" in html_of(outputs)


def test_check_runs_the_visible_checks_and_no_other(shown: list[list[Any]]) -> None:
    assert "90.1" in html_of(shown[4])
    assert "90.2" not in html_of(shown[4])


def test_the_answer_is_the_marked_cell_as_it_was_last_run(shown: list[list[Any]]) -> None:
    assert "8/8" in html_of(shown[6])


def test_a_magic_in_the_answer_is_refused_as_it_will_be_when_graded(shown: list[list[Any]]) -> None:
    assert "!true" in html_of(shown[8])
    assert "is not Python" in html_of(shown[8])


def test_no_text_of_a_learner_is_markup(shown: list[list[Any]]) -> None:
    seen = html_of(shown[10])
    assert "&lt;script&gt;" in seen
    assert "<script>" not in seen


def test_a_loop_without_end_costs_one_check_and_not_the_kernel(shown: list[list[Any]]) -> None:
    assert "no answer within" in html_of(shown[12])


def test_validate_sees_what_fails(generated: Classroom, tmp_path: Path) -> None:
    """`nbgrader validate`, the learner's own command, runs a kernel and looks for errors; a hidden check is no error."""
    fetched = tmp_path / "ps1"
    shutil.copytree(generated.folder / "release" / "ps1", fetched)
    for code, expected in ((WRONG, "got 5, expected 6"), (RIGHT, "Success")):
        place = fetched / "90_double.ipynb"
        place.write_text(json.dumps(generated.answered(code)))
        done = generated.run("nbgrader", "validate", str(place))
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
        assert expected in said
        assert "90.2" not in said


def test_without_an_answer_it_says_what_to_do(generated: Classroom, tmp_path: Path) -> None:
    first, second = run(generated, generated.folder / "release" / "ps1", {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
                        "from grader.jupyter import check", 'check("90")')  # fmt: skip
    assert first == []
    assert "No cell that begins with `# kata 90` has been run yet" in html_of(second)
    assert not os.listdir(tmp_path)
