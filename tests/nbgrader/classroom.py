"""An nbgrader course in a folder, and the real program run in it as an instructor runs it."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOY = Path(__file__).parent.parent / "toy_course"
SOLUTIONS = TOY / "solutions" / "90_double"
RIGHT = (SOLUTIONS / "double.py").read_text()
WRONG = (SOLUTIONS / "mistakes" / "adds_two.py").read_text()  # 4 of 20 points
Notebook = dict[str, Any]


@dataclass
class Classroom:
    """`exercises`: the folder with exercises/. `home` keeps caches and settings away from the user's own."""

    folder: Path
    exercises: Path
    home: Path

    def run(self, *line: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """`nbgrader ...` in the course's folder, `kata ...` in that of the exercises."""
        module = {"nbgrader": "nbgrader", "kata": "grader.cli"}[line[0]]
        done = subprocess.run(
            [sys.executable, "-m", module, *line[1:]], cwd=self.folder if line[0] == "nbgrader" else self.exercises,
            env=environment(self.home) | variables, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def released(self, name: str = "90_double", assignment: str = "ps1") -> Notebook:
        notebook: Notebook = json.loads((self.folder / "release" / assignment / f"{name}.ipynb").read_text())
        return notebook

    def hand_in(
        self, student: str, content: Notebook | bytes, name: str = "90_double", assignment: str = "ps1"
    ) -> Path:
        place = self.folder / "submitted" / student / assignment / f"{name}.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return place

    def answered(self, code: str, name: str = "90_double", assignment: str = "ps1") -> Notebook:
        notebook = self.released(name, assignment)
        answer_of(notebook)["source"] = f"# kata {name[:2]}\n{code}"
        return notebook

    def grades(self, assignment: str = "ps1") -> dict[str, dict[str, float | None]]:
        """student -> the score of each grade cell; None where nbgrader says that a person has to look."""
        from nbgrader.api import Gradebook

        found: dict[str, dict[str, float | None]] = {}
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            for submission in gradebook.assignment_submissions(assignment):
                grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                found[submission.student.id] = {
                    grade.name: None if grade.needs_manual_grade else grade.auto_score for grade in grades
                }
        return found

    def totals(self, assignment: str = "ps1") -> dict[str, float | None]:
        """student -> the sum; None if a person has to look at any cell."""
        return {
            student: None if None in cells.values() else sum(filter(None, cells.values()))
            for student, cells in self.grades(assignment).items()
        }

    def outputs(self, student: str, grade_id: str, name: str = "90_double", assignment: str = "ps1") -> list[Any]:
        file = self.folder / "autograded" / student / assignment / f"{name}.ipynb"
        cells = json.loads(file.read_text())["cells"]
        found: list[Any] = next(cell["outputs"] for cell in cells if nbgrader_of(cell).get("grade_id") == grade_id)
        return found

    def copy_to(self, folder: Path) -> Classroom:
        shutil.copytree(self.folder, folder)
        return Classroom(folder, self.exercises, self.home)


def environment(home: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "JUPYTER"))}
    folders = {
        name: str(home / name) for name in ("XDG_CACHE_HOME", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "JUPYTER_DATA_DIR")
    }
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # nbgrader calls `alembic`
    return given | folders | {"PATH": path, "KATA_LANG": "en", "JUPYTER_PLATFORM_DIRS": "1"}


def nbgrader_of(cell: Any) -> dict[str, Any]:
    facts: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return facts


def answer_of(notebook: Notebook) -> Any:
    return next(cell for cell in notebook["cells"] if nbgrader_of(cell).get("solution"))


def grade_cells_of(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook["cells"] if nbgrader_of(cell).get("grade")]


def changed(notebook: Notebook, change: Callable[[Notebook], object]) -> Notebook:
    """A copy to which something was done."""
    other = copy.deepcopy(notebook)
    change(other)
    return other
