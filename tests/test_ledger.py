"""The ledger: a result that is known is never lost, never doubled, and made again only when what it is made of changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from grader.errors import KataError
from grader.ledger import Ledger
from grader.model import Attempt, CheckResult
from tests.course_copy import Course, copy_to
from tests.test_plugin import ADDS_TWO, ANSWER


def attempt(student: str = "ana", score: float | None = 4.0) -> Attempt:
    texts = {"en": "a fact", "es": "un hecho"}
    check = CheckResult("90.1", texts, "visible", "failed", 4.0, 8, texts, ["adds_two"], 2, 0.1)
    return Attempt(
        student, "90_double", "failed", score, 20, 0.1, "seed", "0.1.0", {"python": "3.11"}, "ab", ["seccomp"], [check]
    )


def test_what_was_put_is_found_again_whole(tmp_path: Path) -> None:
    Ledger(tmp_path).put(attempt(), "key")
    assert Ledger(tmp_path).find("ana", "90_double", "key") == attempt()


def test_another_key_finds_nothing_and_replaces(tmp_path: Path) -> None:
    """One row per student and exercise, whatever happens."""
    ledger = Ledger(tmp_path)
    ledger.put(attempt(score=4.0), "old")
    assert ledger.find("ana", "90_double", "new") is None
    ledger.put(attempt(score=None), "new")
    assert ledger.find("ana", "90_double", "new") == attempt(score=None)
    rows = sqlite3.connect(tmp_path / "ledger.sqlite").execute("SELECT count(*) FROM results").fetchone()
    assert rows == (1,)


def test_a_run_that_is_resumed_keeps_its_seed_and_a_new_one_does_not(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.begin("first", resume=False) == "first"
    ledger.put(attempt(), "key")
    assert ledger.begin("second", resume=True) == "first"
    assert ledger.find("ana", "90_double", "key") is not None
    assert ledger.begin("second", resume=False) == "second"
    assert ledger.find("ana", "90_double", "key") is None


def test_attempts_come_by_student_and_exercise(tmp_path: Path) -> None:
    """Whatever the order in which they became known."""
    ledger = Ledger(tmp_path)
    for student in ("zoe", "ana", "luis"):
        ledger.put(attempt(student), "key")
    assert list(ledger.attempts()) == [attempt("ana"), attempt("luis"), attempt("zoe")]


def test_a_file_that_is_no_ledger_is_a_sentence_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"somebody's notes " * 100)
    with pytest.raises(KataError, match=r"ledger.sqlite cannot be used .*Choose another --out"):
        Ledger(tmp_path)
    assert (tmp_path / "ledger.sqlite").read_bytes() == b"somebody's notes " * 100


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def hand_in(course: Course, student: str, code: str) -> None:
    file = course.root / "in" / student / "90_double" / "double.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code)


def test_resume_grades_only_what_changed(course: Course) -> None:
    """The unchanged result is the stored one, to the last digit of its seconds; the changed one is new."""
    hand_in(course, "ana", ANSWER)
    hand_in(course, "ben", ADDS_TWO)
    course.run("kata", "grade", "in", "--out", "out", "--jobs", "2")
    before = {file.parent.name: file.read_text() for file in (course.root / "out" / "results").glob("*/*.json")}
    hand_in(course, "ben", ANSWER)
    done = course.run("kata", "grade", "in", "--out", "out", "--resume")
    after = {file.parent.name: file.read_text() for file in (course.root / "out" / "results").glob("*/*.json")}
    assert done.returncode == 0, done.stderr
    assert after["ana"] == before["ana"]
    assert json.loads(before["ben"])["score"] == 4
    assert json.loads(after["ben"])["score"] == 20
    assert json.loads(after["ben"])["seed"] == json.loads(before["ben"])["seed"]


def test_resume_grades_again_when_the_exercise_changed(course: Course) -> None:
    hand_in(course, "ben", ADDS_TWO)
    course.run("kata", "grade", "in", "--out", "out")
    file = course.solutions / "test_double_hidden.py"
    file.write_text(file.read_text().replace("@points(8", "@points(4"))
    course.run("kata", "grade", "in", "--out", "out", "--resume")
    result = json.loads((course.root / "out" / "results" / "ben" / "90_double.json").read_text())
    assert result["max_score"] == 16


def test_one_process_and_several_give_the_same_scores(course: Course) -> None:
    for i in range(6):
        hand_in(course, f"s{i}", (ANSWER, ADDS_TWO, "while True: pass")[i % 3])
    seen = []
    for jobs in ("1", "3"):
        course.run("kata", "grade", "in", "--out", f"out{jobs}", "--jobs", jobs, "--seed", "s")
        rows = (course.root / f"out{jobs}" / "scores.csv").read_text().splitlines()
        seen.append([row.rpartition(",")[0] for row in rows])  # all but the seconds
    assert seen[0] == seen[1]
    assert len(seen[0]) == 7
