"""Codespaces, dev containers, VS Code's test explorer: what their files say is there and works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from grader.course.release import KIT, PLACES
from tests.course_copy import copy_to
from tests.doors.test_elsewhere import ROOT
from tests.test_plugin import ADDS_TWO

CONTAINERS = [ROOT / ".devcontainer" / "devcontainer.json", KIT / "devcontainer.json"]
SETTINGS = ROOT / ".vscode" / "settings.json"


def loaded(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("file", CONTAINERS, ids=["the course", "a learner's"])
def test_a_container_has_a_python_that_we_support_and_what_tests_and_notebooks_need(file: Path) -> None:
    container = loaded(file)
    version = re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.(\d+)", container["image"])
    assert version is not None and int(version[1]) >= 11
    assert {"ms-python.python", "ms-toolsai.jupyter"} <= set(container["customizations"]["vscode"]["extensions"])
    assert "ipykernel" in container["postCreateCommand"]  # without it no notebook has a kernel


def test_the_courses_container_is_made_by_the_readmes_command() -> None:
    """Each part is a target of the Makefile or a program that the first one installs."""
    container = loaded(CONTAINERS[0])
    first, *others = container["postCreateCommand"].split(" && ")
    assert first == "make demo" and "| `make demo` |" in (ROOT / "README.md").read_text("utf-8")
    if shutil.which("make"):  # Windows has none, the container does
        assert subprocess.run(["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True).returncode == 0
    assert {line.split()[0] for line in others} == {".venv/bin/pip", ".venv/bin/kata"}
    assert re.search(r"^ipykernel==", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith("/.venv/bin/python")  # where `make demo` puts it


def test_a_learners_container_runs_the_lines_of_its_readme() -> None:
    command = loaded(CONTAINERS[1])["postCreateCommand"].replace(" --user", "").replace(" ipykernel", "")
    for readme in ("README.md", "README.es.md"):
        text = (KIT / readme).read_text("utf-8")
        for line in command.split(" && "):
            assert re.search(rf"^{re.escape(line)}\b", text, re.M), line


def test_a_learners_release_has_the_same_settings_for_tests() -> None:
    assert loaded(KIT / "settings.json") == loaded(SETTINGS)
    assert PLACES["settings.json"] == ".vscode/settings.json"
    assert PLACES["devcontainer.json"] == ".devcontainer/devcontainer.json"


def test_a_test_explorer_finds_each_check_and_runs_it_alone(tmp_path: Path) -> None:
    """What VS Code does: collect with its settings' arguments, then run one by its node id, with absolute paths too."""
    course = copy_to(tmp_path)
    course.write(ADDS_TWO)
    settings = loaded(SETTINGS)
    assert settings["python.testing.pytestEnabled"] is True
    args = settings["python.testing.pytestArgs"]
    collected = course.run("pytest", "--collect-only", "-q", f"--rootdir={course.root}", *args).stdout
    found = [line for line in collected.splitlines() if "::" in line]
    assert [line for line in found if line.startswith("exercises/90_double/test_double.py::")]
    for node in (found[0], f"{course.root}/{found[-1]}"):
        course.run("pytest", f"--rootdir={course.root}", "--junitxml=one.xml", node)
        suite = ElementTree.parse(course.root / "one.xml").getroot()[0]
        assert suite.get("tests") == "1"


EXPLORER = """
import json, pathlib

def pytest_sessionfinish(session):
    shown = [[item.name, getattr(item, "originalname", None), item.nodeid] for item in session.items]
    pathlib.Path("shown.json").write_text(json.dumps(shown), "utf-8")
"""


def test_vs_codes_explorer_shows_titles_and_runs_by_node_ids(tmp_path: Path) -> None:
    """Its plugin takes a test's label from `name`, that of a group of cases from `originalname`, and runs the node id.
    Under other collections, and when tests run, names are what they are."""
    course = copy_to(tmp_path)
    (course.root / "vscode_pytest.py").write_text(EXPLORER, "utf-8")

    def shown(*line: str, language: str = "es") -> list[list[str]]:
        done = course.run("pytest", f"--rootdir={course.root}", *line, language=language, PYTHONPATH=str(course.root))
        assert (course.root / "shown.json").exists(), done.stdout + done.stderr
        return loaded(course.root / "shown.json")

    visible, hidden = "exercises/90_double/test_double.py", "solutions/90_double/test_double_hidden.py"
    explorer = ("-p", "vscode_pytest", "--collect-only", "exercises")
    assert shown(*explorer)[:3] == [
        ["test_a_small_number[2.0]", "90.1 El doble de un número pequeño.", f"{visible}::test_a_small_number[2.0]"],
        ["test_a_small_number[3.0]", "90.1 El doble de un número pequeño.", f"{visible}::test_a_small_number[3.0]"],
        ["90.2 El doble de cada elemento, sin cambiar el argumento.", "test_every_element", f"{hidden}::test_every_element"],
    ]
    assert shown(*explorer, language="en")[0][1] == "90.1 Twice a small number."
    one = f"{hidden}::test_every_element"
    assert shown("-p", "vscode_pytest", f"{course.root}/{one}") == [["test_every_element", "test_every_element", one]]
