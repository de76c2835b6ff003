"""The same checks in a notebook that stock nbgrader grades: an answer cell, a cell of set-up, a test cell per check."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import plain_course

SET_UP = """
import sys, types, zlib, inspect
import numpy as np
sys.path.insert(0, {folder!r})
import conftest, test_adam, test_adam_hidden
conftest.FILES[0].fresh = lambda module: module

class Ours(conftest.Submission):
    def __init__(self):
        self.module = types.SimpleNamespace(Adam=Adam)
    def restart(self):
        pass

def run(name):
    from grader import catalog
    check = getattr(test_adam, name, None) or getattr(test_adam_hidden, name)
    for case in catalog._cases(check):
        given = dict(submission=Ours(), reference=conftest.Reference(), rng=np.random.default_rng(zlib.crc32(name.encode())))
        wanted = set(inspect.signature(check).parameters)
        check(**{{key: value for key, value in given.items() if key in wanted}}, **case)
"""


def cell(source: str, grade_id: str, **marks: Any) -> dict[str, Any]:
    facts = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": grade_id,
    }
    metadata = {"nbgrader": {**facts, **marks, "cell_type": "code"}}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
        "id": grade_id,
    }


def notebook(answer: str, plain: Path) -> dict[str, Any]:
    names = [name for file in ("test_adam.py", "test_adam_hidden.py")
             for name in re.findall(r"^def (test_\w+)", (plain / file).read_text(), re.M)]  # fmt: skip
    cells = [
        cell(answer, "answer", solution=True),
        cell(SET_UP.format(folder=str(plain)), "set-up", locked=True),
        *(cell(f"run({name!r})", name, grade=True, locked=True, points=1) for name in names),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def autograde(folder: Path, answer: Path, students: int) -> float:
    """Seconds of `nbgrader autograde` per submission, start and database included, as an instructor runs it."""
    plain = folder / "plain"
    plain_course.write(plain, "03_adam", answer)
    book = notebook(answer.read_text(), plain)
    course = folder / "course"
    (course / "source" / "ps").mkdir(parents=True)
    (course / "source" / "ps" / "adam.ipynb").write_text(json.dumps(book))
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\n")
    path = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "JUPYTER_PLATFORM_DIRS": "1"}

    def nbgrader(*line: str) -> None:
        subprocess.run(["nbgrader", *line], cwd=course, env=environment, check=True, capture_output=True)

    nbgrader("generate_assignment", "ps")
    for number in range(students):
        place = course / "submitted" / f"s{number}" / "ps"
        place.mkdir(parents=True)
        (place / "adam.ipynb").write_text(json.dumps(book))
    began = time.perf_counter()
    nbgrader("autograde", "ps")
    seconds = (time.perf_counter() - began) / students
    graded = json.loads((course / "autograded" / "s0" / "ps" / "adam.ipynb").read_text())
    faults = [output for one in graded["cells"] for output in one["outputs"] if output["output_type"] == "error"]
    assert not faults, faults[0]
    return seconds
