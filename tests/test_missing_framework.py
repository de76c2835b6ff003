"""An installation without TensorFlow: its exercises are `broken` and say what to install; the others are as ever."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from grader import catalog
from grader.course.scaffold import new
from grader.course.stub import cut, write
from tests.course_copy import Course, copy_to

HIDES_TENSORFLOW = """
import importlib.util

find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "tensorflow" else find(name, package)
"""
ANSWER = "def double(x):\n    return [2 * v for v in x] if isinstance(x, list) else 2 * x\n"
TELLS = {
    "en": "tensorflow is not installed. Install it with: pip install 'gradkata[tensorflow]'",
    "es": "tensorflow no está instalado. Instálalo con: pip install 'gradkata[tensorflow]'",
}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """90 is of numpy, 31 of TensorFlow."""
    copied = copy_to(tmp_path)
    new(copied.root, "31_twice_it", "tensorflow")
    exercise = catalog.load(copied.root / "exercises" / "31_twice_it")
    write(exercise, cut(exercise))
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "sitecustomize.py").write_text(HIDES_TENSORFLOW)
    return copied


def without_tensorflow(course: Course) -> dict[str, str]:
    return {"PYTHONPATH": str(course.root.parent / "hidden")}


def test_a_class_is_graded_and_only_tensorflows_exercise_is_broken(course: Course) -> None:
    for exercise in (course.solutions, course.root / "solutions" / "31_twice_it"):
        slug = exercise.name[3:]
        place = course.root / "in" / "ana" / exercise.name
        place.mkdir(parents=True)
        (place / f"{slug}.py").write_text((exercise / f"{slug}.py").read_text())
    done = course.run("kata", "grade", "in", "--out", "out", **without_tensorflow(course))
    assert done.returncode == 0, done.stderr
    rows = {row["exercise"]: row for row in csv.DictReader((course.root / "out" / "scores.csv").open(encoding="utf-8"))}
    assert (rows["90_double"]["outcome"], rows["90_double"]["score"]) == ("passed", "20")
    assert (rows["31_twice_it"]["outcome"], rows["31_twice_it"]["score"]) == ("broken", "")
    result = json.loads((course.root / "out" / "results" / "ana" / "31_twice_it.json").read_text("utf-8"))
    for language, text in TELLS.items():
        assert {check["outcome"] for check in result["checks"]} == {"broken"}
        assert all(text in check["messages"][language] for check in result["checks"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_learner_reads_what_to_install(course: Course, language: str) -> None:
    for line in (["kata", "check", "31"], ["pytest", "exercises/31_twice_it"]):
        done = course.run(*line, language=language, **without_tensorflow(course))
        assert TELLS[language] in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
