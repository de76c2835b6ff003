"""`kata report DIR`: everything again from the ledger, and a sentence where that cannot be."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grader.ledger import Ledger
from grader.model import Attempt
from tests.course_copy import Course, copy_to
from tests.reports.small_class import attempt, check


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def graded(course: Course, *attempts: Attempt) -> Path:
    """The folder `out` as a run leaves it that was killed before it wrote anything but the ledger."""
    ledger = Ledger(course.root / "out")
    ledger.begin("the seed", resume=False)
    for one in attempts or (attempt("ana", check("90.1", "passed", 10)), attempt("bea", check("90.1", "failed", 5))):
        ledger.put(one, "key")
    ledger.close()
    return course.root / "out"


def written(out: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(out)): file.read_bytes()
        for file in sorted(out.rglob("*"))
        if file.is_file() and not file.name.startswith("ledger")
    }


def test_report_writes_all_that_a_run_writes_and_the_same_bytes_again(course: Course) -> None:
    out = graded(course)
    done = course.run("kata", "report", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"The report is {Path('out/report/index.html')}" in done.stdout
    first = written(out)
    assert {"scores.csv", "results/ana/90_double.json", "report/students/bea.html", "report/feedback/bea.md"} <= set(
        first
    )
    assert b"ana,90_double,10,10,passed,1,0,0\n" in first["scores.csv"]
    course.run("kata", "report", "out")
    assert written(out) == first


def test_report_speaks_the_language_of_whoever_writes_it(course: Course) -> None:
    out = graded(course)
    assert "El informe está en" in course.run("kata", "report", "out", language="es").stdout
    assert '<html lang="es">' in (out / "report" / "index.html").read_text("utf-8")
    assert "5/10 puntos" in (out / "report" / "feedback" / "bea.md").read_text("utf-8")


def test_anonymous_says_where_the_codes_are_and_leaves_scores_alone(course: Course) -> None:
    out = graded(course)
    done = course.run("kata", "report", "out", "--anonymous")
    assert "anonymous-codes.csv" in done.stdout
    assert sorted(file.name for file in out.iterdir() if not file.name.startswith("ledger")) == [
        "anonymous-codes.csv",
        "anonymous.key",
        "report",
    ]
    codes = dict(line.split(",") for line in (out / "anonymous-codes.csv").read_text().split())
    names = {code: name.strip('"') for code, name in codes.items()}
    assert {file.stem for file in (out / "report" / "students").iterdir()} == set(names) - {"code"}
    assert set(names.values()) == {"student", "ana", "bea"}


def test_a_folder_without_a_ledger_is_a_sentence(course: Course) -> None:
    (course.root / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        done = course.run("kata", "report", folder)
        assert done.returncode == 2
        assert done.stderr.startswith("kata: ")
        assert "holds no ledger.sqlite" in done.stderr
    assert not (course.root / "nowhere").exists()
    assert list((course.root / "empty").iterdir()) == []


def test_a_damaged_ledger_is_a_sentence(course: Course) -> None:
    """No database at all, a row that is no attempt, one of another version."""
    (course.root / "out").mkdir()
    (course.root / "out" / "ledger.sqlite").write_text("no database " * 100)
    assert_sentence(course)
    (course.root / "out" / "ledger.sqlite").unlink()
    for row in ("{", '{"student": "ana"}', '{"student": "ana", "checks": [{"of": "another version"}]}'):
        out = graded(course)
        with closing(sqlite3.connect(out / "ledger.sqlite", isolation_level=None)) as file:
            file.execute("UPDATE results SET attempt = ?", [row])
        assert_sentence(course)


def test_a_ledger_that_a_run_is_writing_is_a_sentence(course: Course) -> None:
    graded(course)
    running = Ledger(course.root / "out")
    running.begin("the seed", resume=True)
    done = course.run("kata", "report", "out")
    running.close()
    assert done.returncode == 2
    assert "Another `kata grade` is writing" in done.stderr


def assert_sentence(course: Course) -> None:
    done = course.run("kata", "report", "out")
    assert done.returncode == 2, done.stderr
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_exercise_that_is_gone_or_unreadable_is_reported_all_the_same(course: Course) -> None:
    out = graded(course)
    (course.exercise / "exercise.toml").write_text("= nonsense")
    done = course.run("kata", "report", "out")
    assert done.returncode == 0
    assert "exercise.toml" in done.stderr
    assert "ana,90_double,10,10,passed" in (out / "scores.csv").read_text()
    shutil.rmtree(course.exercise)
    assert course.run("kata", "report", "out").returncode == 0
    assert "90_double" in (out / "report" / "index.html").read_text("utf-8")


def test_what_cannot_be_written_is_a_sentence(course: Course) -> None:
    out = graded(course)
    (out / "report").write_text("a file where the report should be")
    done = course.run("kata", "report", "out")
    assert done.returncode == 2
    assert "is no report of gradkata" in done.stderr
