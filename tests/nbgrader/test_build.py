"""What `kata nbgrader build` writes, what it refuses, and what `autograde` says before there is anything to grade."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader import catalog
from grader.course.nbgrader.build import build
from grader.errors import KataError
from tests.nbgrader.classroom import TOY, Classroom, grade_cells_of, nbgrader_of

ROOT = Path(__file__).resolve().parent.parent.parent
EXERCISES = catalog.all_exercises(ROOT)


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_exercise_becomes_an_assignment_of_its_own(tmp_path: Path, language: str) -> None:
    """A sound notebook with the exercise's points, in the language that was asked for."""
    import nbformat

    build(ROOT, EXERCISES, tmp_path, None, language, force=False)
    for exercise in EXERCISES:
        notebook = json.loads((tmp_path / "source" / exercise.name / f"{exercise.name}.ipynb").read_text("utf-8"))
        nbformat.validate(nbformat.from_dict(notebook))
        points = {nbgrader_of(cell)["grade_id"]: nbgrader_of(cell)["points"] for cell in grade_cells_of(notebook)}
        checks = catalog.load_checks(exercise.folder)
        assert points == {f"kata-{check.id.replace('.', '-')}": check.points for check in checks}
        assert "is your answer" in notebook["cells"][0]["source"] or language == "es"
        assert "es tu respuesta" in notebook["cells"][0]["source"] or language == "en"


def test_what_an_instructor_changed_is_kept(tmp_path: Path) -> None:
    """A notebook that says something else is replaced with --force alone; the configuration never."""
    toys = catalog.all_exercises(TOY)
    build(TOY, toys, tmp_path, "ps1", "en", force=False)
    notebook = tmp_path / "source" / "ps1" / "90_double.ipynb"
    config = tmp_path / "nbgrader_config.py"
    config.write_text("mine = True\n")
    build(TOY, toys, tmp_path, "ps1", "en", force=False)
    before = notebook.read_text()
    notebook.write_text("mine")
    with pytest.raises(KataError, match="says something else"):
        build(TOY, toys, tmp_path, "ps1", "en", force=False)
    assert notebook.read_text() == "mine"
    build(TOY, toys, tmp_path, "ps1", "en", force=True)
    assert notebook.read_text() == before
    assert config.read_text() == "mine = True\n"


@pytest.mark.parametrize("name", ["a+b", "a/b", "..", " "])
def test_names_that_nbgrader_cannot_use_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KataError, match="cannot be the name"):
        build(TOY, catalog.all_exercises(TOY), tmp_path / "new", name, "en", force=False)
    assert not (tmp_path / "new").exists()


def test_autograde_says_what_is_missing(room: Classroom) -> None:
    for assignment, said in (("ps9", "nbgrader knows no assignment ps9"), ("ps1", "Nobody has handed in")):
        done = room.run("kata", "nbgrader", "autograde", str(room.folder), assignment, check=False)
        assert done.returncode == 2
        assert said in done.stderr
