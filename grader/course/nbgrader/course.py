"""An nbgrader course as our modules see it: where things lie, and which notebooks are which exercises'."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory

from grader import catalog
from grader.course.nbgrader.cells import number_in
from grader.model import Exercise

OURS = "kata"  # the folder of the course that holds what `kata grade` writes, by assignment


@dataclass(frozen=True)
class Course:
    """`root` is the folder with exercises/, as nbgrader_config.py names it."""

    directory: Any
    root: Path
    config: Any

    @classmethod
    def of(cls, converter: Any) -> Course:
        """The course that a converter of nbgrader works on."""
        return cls._of(converter.coursedir, converter.config)

    @classmethod
    def _of(cls, directory: Any, config: Any) -> Course:
        named = config.get("KataExecute", {}).get("root", "")
        return cls(directory, Path(named) if named else catalog.find_root(Path(directory.root)), config)

    @property
    def folder(self) -> Path:
        return Path(self.directory.root)

    def submitted(self, student: str, assignment: str) -> Path:
        return Path(self.directory.format_path(self.directory.submitted_directory, student, assignment))

    def results(self, assignment: str) -> Path:
        """What `kata nbgrader autograde` writes: the --out folder of a `kata grade`."""
        return self.folder / OURS / assignment


@contextmanager
def opened(folder: Path) -> Iterator[Course]:
    """The course in that folder with its nbgrader_config.py, and the current folder in it, as `nbgrader` sees it."""
    before = os.getcwd()
    os.chdir(folder)
    # nbgrader calls `alembic`, which lies beside this Python
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        app = NbGrader()
        app.load_config_file()
        yield Course._of(CourseDirectory(config=app.config), app.config)
    finally:
        os.chdir(before)


def exercises_of(gradebook: Gradebook, assignment: str, root: Path) -> dict[str, Exercise]:
    """The assignment's notebooks that are ours, with the exercise that the id of their answer cell names."""
    found = {}
    for notebook in gradebook.find_assignment(assignment).notebooks:
        number = number_in([cell.name for cell in notebook.solution_cells])
        if number is not None:
            found[notebook.name] = catalog.resolve(root, number)
    return found
