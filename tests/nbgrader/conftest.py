"""A course of the toy exercise with one assignment, `ps1`, generated once by the real nbgrader; tests get copies."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tests.nbgrader.classroom import TOY, Classroom

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("nbgrader") is None:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="nbgrader is not installed: pip install 'gradkata[nbgrader]'"))


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    base = tmp_path_factory.mktemp("nbgrader")
    shutil.copytree(TOY, base / "toys", ignore=shutil.ignore_patterns("__pycache__"))
    room = Classroom(base / "dl101", base / "toys", base / "home")
    room.run("kata", "nbgrader", "build", str(room.folder), "--assignment", "ps1")
    room.run("nbgrader", "generate_assignment", "ps1")
    return room


@pytest.fixture
def room(generated: Classroom, tmp_path: Path) -> Classroom:
    return generated.copy_to(tmp_path / "dl101")
