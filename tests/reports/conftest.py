"""Reports of synthetic classes, written once for all tests that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.model import Attempt, Exercise
from grader.reports import class_report
from tests.reports.synthetic import ROOT, attempts


@pytest.fixture(scope="session")
def exercises() -> list[Exercise]:
    """Two of the course's exercises are enough for pages; a whole class has six."""
    return [catalog.resolve(ROOT, number) for number in ("03", "06")]


@pytest.fixture(scope="session")
def hostile_class(exercises: list[Exercise]) -> list[Attempt]:
    """Sixty students, a third of them with names and messages that attack whoever reads them."""
    return list(attempts(60, exercises))


@pytest.fixture(scope="session")
def report(hostile_class: list[Attempt], exercises: list[Exercise], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the hostile class's report, in English."""
    out = tmp_path_factory.mktemp("class")
    by_name = {exercise.name: exercise for exercise in exercises}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KATA_LANG", "en")
        return class_report.write(lambda: iter(hostile_class), by_name, out).parent
