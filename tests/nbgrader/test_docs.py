"""docs/nbgrader.md from its first command to its last, in an empty folder, with exercise 03."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from grader import catalog
from tests.nbgrader.classroom import Classroom, environment

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "nbgrader.md").read_text("utf-8")
ANSWER = ROOT / "solutions" / "03_adam"


def test_every_command_of_the_page_works(tmp_path: Path) -> None:
    """Two answers are handed in between; the CSV at the end says what `kata check` would. What is wrong with one is
    forbidden, because to name a mistake each known one would be run first."""
    lines = re.findall(r"^\$ (.*)$", TEXT, re.MULTILINE)
    assert {line.split()[0] for line in lines} == {"kata", "nbgrader", "cd"}
    room, here, extra = Classroom(tmp_path / "dl101", ROOT, tmp_path / "home"), tmp_path, ["--seed", "learner"]
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    (tmp_path / "solutions").symlink_to(ROOT / "solutions")
    for line in lines:
        program, *words = shlex.split(line)
        if program == "cd":
            here /= words[0]
            continue
        if words[:2] == ["nbgrader", "autograde"]:
            hand_in(room)
            words += extra
        module = {"kata": "grader.cli", "nbgrader": "nbgrader"}[program]
        done = subprocess.run(
            [sys.executable, "-m", module, *words], cwd=here, env=environment(room.home), capture_output=True, text=True,
            timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    with (room.folder / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["right"]["score"] == rows["right"]["max_score"]
    assert 0 < float(rows["wrong"]["score"]) < float(rows["wrong"]["max_score"])
    feedback = (room.folder / "feedback" / "wrong" / "ps1" / "03_adam.html").read_text("utf-8")
    assert "forbidden" in feedback


def hand_in(room: Classroom) -> None:
    right = (ANSWER / "adam.py").read_text()
    wrong = right.replace(
        "        for param in self.params:\n            param.grad = None\n", "        import torch\n"
    )
    assert wrong != right
    for student, code in (("right", right), ("wrong", wrong)):
        room.hand_in(student, room.answered(code, "03_adam"), "03_adam")


@pytest.mark.parametrize("path", ["source/ps1/03_adam.ipynb", "release/ps1"])
def test_the_page_names_what_is_written(path: str) -> None:
    assert f"dl101/{path}" in TEXT


def test_a_notebook_holds_nothing_of_a_hidden_check(tmp_path: Path) -> None:
    """Neither the source notebook nor what lies beside it: no source, no title, no scenario of solutions/."""
    room = Classroom(tmp_path / "dl101", ROOT, tmp_path / "home")
    room.run("kata", "nbgrader", "build", str(room.folder), "--exercise", "03")
    hidden = (ANSWER / "test_adam_hidden.py").read_text()
    titles = [" ".join(title.split()) for title in re.findall(r'"""(.+?)(?:\n\n.*?)?"""', hidden, re.DOTALL)[1:]]
    names = re.findall(r"^def (test_\w+)", hidden, re.MULTILINE)
    assert len(names) > 5
    files = [file for file in room.folder.rglob("*") if file.is_file()]
    text = "\n".join(file.read_text("utf-8") for file in files)
    exercise = catalog.load(ROOT / "exercises" / "03_adam")
    spanish = [check.title["es"] for check in catalog.load_checks(exercise.folder) if check.visibility == "hidden"]
    assert not [word for word in [*titles, *spanish, *names] if word in text]
    notebook = json.loads((room.folder / "source" / "03_adam" / "03_adam.ipynb").read_text())
    calls = [cell["source"] for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["grade"]]
    assert len(calls) > len(names)
    assert all(re.fullmatch(r'kata_check\("03\.\w+"\)', call) for call in calls)
