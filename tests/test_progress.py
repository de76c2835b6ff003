"""A learner's progress: what is kept of it, how it merges, and that nothing in its file ends a command."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from grader import catalog, progress
from grader.model import Attempt, Exercise
from grader.progress import FILE, Standing, read, record_attempt, record_hint, what_next
from tests.course_copy import Course, copy_to
from tests.test_plugin import ADDS_TWO, ANSWER

DAY, LATER = date(2026, 3, 1), date(2026, 3, 9)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


@pytest.fixture
def double(course: Course) -> Exercise:
    return catalog.load(course.exercise)


def scored(score: float | None, of: float = 20) -> Attempt:
    return Attempt("", "90_double", "failed", score, of, 0.0, "", "", {}, "", [], [])


def lines(root: Path) -> list[str]:
    return [line for line in (root / FILE).read_text("utf-8").splitlines() if not line.startswith("#")]


def test_only_what_is_better_than_before_is_written(course: Course, double: Exercise) -> None:
    """Nothing for 0, nothing for a broken attempt, nothing for the same again: the file grows with the learner."""
    for score in (0, None, 4, 4, 3, 20, 20, 12):
        record_attempt(double, scored(score), DAY)
    for level in (1, 1, 3, 2):
        record_hint(double, level, today=DAY)
    assert lines(course.root) == [
        "2026-03-01 90_double 4/20",
        "2026-03-01 90_double 20/20",
        "2026-03-01 90_double hint 1",
        "2026-03-01 90_double hint 3",
    ]
    assert read(course.root) == {"90_double": Standing(20, 20, "2026-03-01", {"": 3})}


@pytest.mark.parametrize("turn", [1, -1])
def test_neither_order_nor_repetition_of_lines_means_anything(turn: int, tmp_path: Path) -> None:
    known = ["2026-03-09 90_double 20/20", "2026-03-01 90_double 8/20", "2026-03-05 90_double 10/10", "2026-03-02 90_double hint 2"]
    (tmp_path / FILE).write_text("\n".join([*known, *known][::turn]))
    standing = read(tmp_path)["90_double"]
    assert (standing.share, standing.passed, standing.hint) == (1.0, "2026-03-05", 2)


@pytest.mark.parametrize("union", [True, False], ids=["with .gitattributes", "with a conflict"])
def test_two_branches_progress_is_merged_whole(union: bool, course: Course, double: Exercise) -> None:
    """git keeps the lines of both; where it does not know that it may, the file with its conflict marks says as much."""

    def git(*line: str, fails: bool = False) -> None:
        names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(["git", *line], cwd=course.root, env={**os.environ, **names}, capture_output=True, text=True)
        assert fails or done.returncode == 0, done.stderr

    git("init", "-q", "-b", "main")
    (course.root / ".gitattributes").write_text(f"{FILE} merge=union\n" if union else "")
    record_attempt(double, scored(4), DAY)
    git("add", "-A")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "other")
    record_attempt(double, scored(12), DAY)
    record_hint(double, 2, today=DAY)
    git("commit", "-qam", "other")
    git("checkout", "-q", "main")
    record_attempt(double, scored(20), LATER)
    git("commit", "-qam", "mine")
    git("merge", "-q", "other", fails=not union)
    assert ("<<<<<<<" in (course.root / FILE).read_text()) is not union
    assert read(course.root) == {"90_double": Standing(20, 20, "2026-03-09", {"": 2})}


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe\0\0", b"2026-03-01 90_double 30/20", b"2026-03-01 90_double 0/0", b"x" * 3_000_000, b""], ids=str
)
def test_damage_costs_its_own_lines_at_most(damage: bytes, course: Course, double: Exercise) -> None:
    """Nonsense, a score above the most there is, a file that is too long: the good line counts, the next is added."""
    good = b"2026-03-01 90_double 4/20\n"
    (course.root / FILE).write_bytes(good + damage)
    assert read(course.root) == {"90_double": Standing(4, 20)}
    record_attempt(double, scored(5), DAY)
    assert (course.root / FILE).read_bytes().startswith(good + damage)
    assert (course.root / FILE).read_bytes().endswith(b"\n2026-03-01 90_double 5/20\n")


def test_what_cannot_be_written_or_read_is_no_error(course: Course, double: Exercise) -> None:
    (course.root / FILE).mkdir()
    record_attempt(double, scored(4), DAY)
    assert read(course.root) == {}
    (course.root / FILE).rmdir()
    os.mkfifo(course.root / FILE)  # to open it would wait for ever
    record_attempt(double, scored(4), DAY)
    assert read(course.root) == {}


def test_many_writers_leave_whole_lines(course: Course, double: Exercise) -> None:
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda n: record_attempt(double, scored(n, 100), DAY), range(1, 101)))
    assert all(progress.LINE.fullmatch(line) for line in lines(course.root))
    assert read(course.root)["90_double"].score == 100


def test_the_next_exercise_is_where_one_is_else_the_first_that_is_not_passed(double: Exercise) -> None:
    first, second = double, catalog.load(Path("exercises/03_adam").resolve())
    passed = Standing(20, 20, "2026-03-01")
    assert what_next([first, second], {}) is first
    assert what_next([first, second], {}, second.name) is second
    assert what_next([first, second], {second.name: passed}, second.name) is first
    assert what_next([first, second], {first.name: passed, second.name: passed}) is None


def test_the_list_shows_the_standing_and_what_is_next(course: Course) -> None:
    """In both languages, from the first look to the last exercise passed."""
    said = course.run("kata", "list").stdout
    assert said.endswith(
        "to begin\nNext: 90 · Twice as much. Edit exercises/90_double/double.py and run: kata watch 90\n"
    )
    (course.root / FILE).write_text("2026-03-01 90_double 4/20\n")
    assert "  ~ 90  Twice as much" in course.run("kata", "list").stdout
    assert " 4/20 points\n" in course.run("kata", "list").stdout
    (course.root / FILE).write_text("2026-03-01 90_double 20/20\n")
    said = course.run("kata", "list", language="es").stdout
    assert "  ✔ 90  El doble" in said
    assert said.endswith("superado 2026-03-01\nHas superado todos los ejercicios.\n")


def test_check_pytest_and_hint_record_and_what_is_not_ones_own_whole_run_does_not(course: Course) -> None:
    """Another file, or some checks only, say nothing of the learner's progress."""
    course.write(ADDS_TWO)
    (course.root / "other.py").write_text(ANSWER)
    course.run("pytest", "exercises/90", "-k", "small")
    course.run("pytest", "exercises/90", "--submission", "other.py")
    course.run("kata", "check", "90", "--submission", "other.py")
    assert not (course.root / FILE).exists()
    course.run("kata", "check", "90")
    course.run("kata", "hint", "90", "2")
    course.write(ANSWER)
    course.run("pytest", "exercises/90")
    assert [line[11:] for line in lines(course.root)] == ["90_double 4/20", "90_double hint 2 adds_two", "90_double 20/20"]
