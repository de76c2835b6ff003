"""The same checks as a course would grade them that has no wall, no cache and no warm worker: pytest and its framework in one process.

A conftest.py that this module writes gives the check files of an exercise a `submission` that calls scenarios directly and a
`reference` that calls the framework, each time anew. It is what gradkata is compared with, and nothing that it uses itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CONFTEST = """
import importlib.util
import os
import pickle
import subprocess
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
sys.path.insert(0, HERE)
FILES = [load(f"{HERE}/{name}.py", name) for name in ("hidden_scenarios", "scenarios")]
FRAMEWORK = [load(f"{HERE}/{name}.py", name) for name in ("hidden_references", "references")]


def scenario(name):
    return next(getattr(file, name) for file in FILES if hasattr(file, name))


class Submission:
    def __init__(self):
        self.module = load(f"{HERE}/LEARNERS.py", "LEARNERS")

    def run(self, name, *values, **options):
        return scenario(name)(self.module, *values, **options)

    def alone(self, name, *values, **options):
        return scenario(name)(None, *values, **options)

    def error(self, name, *values, **options):
        try:
            return self.run(name, *values, **options)
        except Exception as problem:
            from grader.judge.matchers import Raised
            bases = [base.__name__ for base in type(problem).__mro__]
            return Raised({"class": bases[0], "bases": bases, "text": str(problem), "line": 0, "file": "", "source": ""})

    def on(self, runtime):
        return OtherBackend(runtime.removeprefix("keras_"))

    def restart(self, keep_files=False):
        self.module = load(f"{HERE}/LEARNERS.py", "LEARNERS")


class OtherBackend:
    "Keras chooses its backend when it is imported: another one is another process."

    def __init__(self, backend):
        self.backend = backend

    def run(self, name, *values, **options):
        line = [sys.executable, "-c", "import conftest; conftest.answer()"]
        environment = {**os.environ, "KERAS_BACKEND": self.backend}
        asked = pickle.dumps((name, values, options))
        return pickle.loads(subprocess.run(line, input=asked, stdout=subprocess.PIPE, cwd=HERE, env=environment, check=True).stdout)


def answer():
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    name, values, options = pickle.loads(sys.stdin.buffer.read())
    out.write(pickle.dumps(Submission().run(name, *values, **options)))


class Reference:
    def run(self, name, *values, **options):
        return next(getattr(file, name) for file in FRAMEWORK if hasattr(file, name))(*values, **options)


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


def write(folder: Path, name: str, submission: Path) -> None:
    """A folder in which plain `pytest` grades one submission of exercise `name` (`03_adam`).

    A course without a wall pays for no process that it does not need, but Keras on another backend needs one.
    """
    folder.mkdir(parents=True)
    exercise, solutions, slug = ROOT / "exercises" / name, ROOT / "solutions" / name, name.partition("_")[2]
    (folder / "conftest.py").write_text(CONFTEST.replace("LEARNERS", slug))
    for place, before in ((solutions, "hidden_"), (exercise, "")):
        for kind in ("scenarios", "references"):
            source = place / f"{kind}.py"
            (folder / f"{before}{kind}.py").write_text(source.read_text() if source.exists() else "")
    beside = {f"{slug}.py", f"test_{slug}.py", "scenarios.py", "references.py"}
    for source in (file for file in exercise.glob("*.py") if file.name not in beside):
        shutil.copy(source, folder)
    shutil.copy(exercise / f"test_{slug}.py", folder)
    shutil.copy(solutions / f"test_{slug}_hidden.py", folder)
    shutil.copy(submission, folder / f"{slug}.py")
