"""The same checks as a course would grade them that has no wall, no cache and no warm worker: pytest and torch in one process.

A conftest.py that this module writes gives the check files of 03 a `submission` that calls scenarios directly and a
`reference` that calls torch, each time anew. It is what gradkata is compared with, and nothing that it uses itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CONFTEST = """
import importlib.util
import sys
import zlib

import numpy as np
import pytest


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


HERE = __file__.rpartition("/")[0]
FILES = [load(f"{HERE}/{name}.py", name) for name in ("hidden_scenarios", "scenarios")]
TORCH = [load(f"{HERE}/{name}.py", name) for name in ("hidden_references", "references")]


class Submission:
    def __init__(self):
        self.module = load(f"{HERE}/adam.py", "adam")

    def run(self, name, *values, **options):
        return next(getattr(file, name) for file in FILES if hasattr(file, name))(self.module, *values, **options)

    def error(self, name, *values, **options):
        try:
            return self.run(name, *values, **options)
        except Exception as problem:
            from grader.judge.matchers import Raised
            bases = [base.__name__ for base in type(problem).__mro__]
            return Raised({"class": bases[0], "bases": bases, "text": str(problem), "line": 0, "file": "", "source": ""})

    def restart(self):
        self.module = load(f"{HERE}/adam.py", "adam")


class Reference:
    def run(self, name, *values, **options):
        return next(getattr(file, name) for file in TORCH if hasattr(file, name))(*values, **options)


@pytest.fixture
def submission():
    return Submission()


@pytest.fixture
def reference():
    return Reference()


@pytest.fixture
def rng(request):
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))
"""


def write(folder: Path, submission: Path) -> None:
    """A folder in which plain `pytest` grades one submission of 03."""
    folder.mkdir(parents=True)
    exercise, solutions = ROOT / "exercises" / "03_adam", ROOT / "solutions" / "03_adam"
    (folder / "conftest.py").write_text(CONFTEST)
    for place, before in ((solutions, "hidden_"), (exercise, "")):
        for name in ("scenarios", "references"):
            source = place / f"{name}.py"
            (folder / f"{before}{name}.py").write_text(source.read_text() if source.exists() else "")
    shutil.copy(exercise / "test_adam.py", folder / "test_adam.py")
    shutil.copy(solutions / "test_adam_hidden.py", folder / "test_adam_hidden.py")
    shutil.copy(submission, folder / "adam.py")
