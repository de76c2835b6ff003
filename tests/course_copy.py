"""A copy of the toy course that a test may change, and the commands run in it as a person would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TOY = Path(__file__).parent / "toy_course"
CONFIG = "[pytest]\naddopts = --import-mode=importlib -p no:hypothesispytest -p no:cacheprovider\n"


@dataclass
class Course:
    """`exercise` is the toy exercise's folder for learners; `home` keeps caches away from the user's own."""

    root: Path
    home: Path

    @property
    def exercise(self) -> Path:
        return self.root / "exercises" / "90_double"

    @property
    def solutions(self) -> Path:
        return self.root / "solutions" / "90_double"

    def write(self, code: str) -> None:
        """The learner saves this as double.py."""
        (self.exercise / "double.py").write_text(code, "utf-8")

    def run(
        self, *line: str, language: str = "en", encoding: str = "utf-8", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `pytest ...` or `kata ...` in the course. `encoding`: what it is expected to write."""
        program = {"pytest": ["-m", "pytest"], "kata": ["-m", "grader.cli"]}[line[0]]
        environment = {
            **os.environ,
            "KATA_LANG": language,
            "XDG_CACHE_HOME": str(self.home),
            "COLUMNS": "120",
            **variables,
        }
        environment.pop("PYTEST_CURRENT_TEST", None)
        return subprocess.run(
            [sys.executable, *program, *line[1:]],
            cwd=self.root,
            env=environment,
            capture_output=True,
            encoding=encoding,
            timeout=120,
        )


def copy_to(folder: Path) -> Course:
    root = folder / "course"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pytest.ini").write_text(CONFIG)
    return Course(root, folder / "home")
