"""What a learner gives to pytest in place of a path that is there: numbers, files, wrong names, wrong places."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.course_copy import Course, copy_to

ANSWER = "def double(x):\n    if isinstance(x, str):\n        raise TypeError(f'no text: {x}')\n    return x + x\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def test_a_name_that_fits_nothing_is_a_sentence(course: Course) -> None:
    done = course.run("pytest", "exercises/77")
    assert done.returncode == 4
    assert "No exercise begins with `77`. There are: 90_double." in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arg", "meant"),
    [
        ("90", "exercises/90"),
        ("exercise/90", "exercises/90"),
        ("exercises/90::test_text", "exercises/90_double/test_double.py::test_text"),
    ],
)
def test_a_path_that_is_not_there_is_answered_with_what_was_meant(course: Course, arg: str, meant: str) -> None:
    done = course.run("pytest", arg)
    assert done.returncode == 4
    assert done.stderr == f"ERROR: There is no {arg.partition('::')[0]} here. Did you mean: pytest {meant}\n\n"
    assert f"¿Querías decir esto? pytest {meant}" in course.run("pytest", arg, language="es").stderr


def test_a_file_in_a_wrong_folder_is_told_where_it_belongs(course: Course) -> None:
    (course.exercise / "double.py").rename(course.root / "exercises" / "double.py")
    done = course.run("pytest", "exercises/double.py")
    assert done.stderr == "ERROR: exercises/double.py is not where it belongs: exercises/90_double/double.py\n\n"


def test_a_learner_who_broke_or_lost_the_checks_is_told_how_to_have_them_again(course: Course) -> None:
    shutil.rmtree(course.root / "solutions")
    (course.exercise / ".original").mkdir()  # as in a release
    checks = course.exercise / "test_double.py"
    checks.write_text("def (\n")
    again = "to have it again: git checkout exercises/90_double/test_double.py, or take it from the release."
    assert again in course.run("kata", "check", "90").stderr
    checks.unlink()
    for line in (["kata", "check", "90"], ["pytest", "exercises/90"]):
        assert "test_double.py holds no check, or is gone. It came with the course; " + again in course.run(*line).stderr
    assert "git checkout exercises/90_double/test_double.py" in course.run("kata", "check", "90", language="es").stderr


def test_in_another_folder_pytest_says_where_to_go_and_of_other_paths_its_own_words(course: Course) -> None:
    course.root = course.home
    course.home.mkdir()
    assert "Go to the course's folder first." in course.run("pytest", "exercises/90").stderr
    assert "file or directory not found: 90" in course.run("pytest", "90").stderr


def test_the_file_may_be_named_by_its_number_or_inside_its_folder(course: Course) -> None:
    course.write(ANSWER)
    assert "20/20 points" in course.run("pytest", "exercises/90/double.py").stdout
    course.root = course.exercise
    for name in (".", "double.py"):
        assert "20/20 points" in course.run("kata", "check", name).stdout
