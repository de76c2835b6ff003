"""`kata export`: which file goes where, who is left out, and what an instructor is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.ledger import Ledger
from grader.model import Attempt
from tests.course_copy import Course, copy_to
from tests.reports_other import read
from tests.reports_other.attempts import GOLDEN, attempt, check


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


def results(course: Course, *attempts: Attempt) -> str:
    """A folder as `kata grade` leaves it."""
    ledger = Ledger(course.root / "out")
    for one in attempts:
        ledger.put(one, "key")
    ledger.close()
    return "out"


def passed(student: str, exercise: str = "03_adam") -> Attempt:
    return attempt(check(1, "passed", 4), student=student, exercise=exercise)


def test_a_file_per_student_and_exercise(course: Course) -> None:
    """Names that cannot be a part of a path become one that can."""
    folder = results(course, passed("ana"), passed("ana", "02_linear"), passed("../x"))
    done = course.run("kata", "export", folder, "--format", "junit", "--out", "xml")
    assert done.returncode == 0, done.stderr
    files = sorted(str(file.relative_to(course.root / "xml")) for file in (course.root / "xml").rglob("*.xml"))
    assert files[1:] == ["ana/02_linear.xml", "ana/03_adam.xml"]
    assert files[0].startswith("_x-")
    assert "3 written" in done.stderr


def test_one_attempt_goes_into_the_file_that_is_named(course: Course) -> None:
    folder = results(course, passed("ana"), passed("ana", "02_linear"))
    for wanted in ("03", "3", "adam", "03_adam"):
        done = course.run(
            "kata", "export", folder, "--format", "gradescope", "--exercise", wanted, "--out", "r/results.json"
        )
        assert done.returncode == 0, done.stderr
        assert read.strict((course.root / "r" / "results.json").read_text())["score"] == 4


def test_a_broken_attempt_leaves_no_results_json_and_ends_with_3(course: Course) -> None:
    """Not even an older one, which would be taken for its own."""
    (course.root / "results.json").write_text('{"score": 20}')
    done = course.run(
        "kata", "export", results(course, GOLDEN["broken"]), "--format", "gradescope", "--out", "results.json"
    )
    assert done.returncode == 3
    assert "1 left out" in done.stderr
    assert not (course.root / "results.json").exists()


def test_the_others_are_written_all_the_same(course: Course) -> None:
    folder = results(course, GOLDEN["broken"], passed("ben"))
    done = course.run("kata", "export", folder, "--format", "canvas", "--out", "-")
    assert done.returncode == 3
    assert done.stdout == "Student,ID,SIS User ID,SIS Login ID,Section,03_adam\nben,,,ben,,4\n"


def test_a_gradebook_takes_ids_from_the_template(course: Course) -> None:
    (course.root / "book.csv").write_text("Student,ID,SIS User ID,SIS Login ID,Section,Adam (7)\nBen,9,,ben,A,\n")
    folder = results(course, passed("ben"), passed("carla"))
    done = course.run("kata", "export", folder, "--format", "canvas", "--template", "book.csv", "--out", "canvas.csv")
    assert done.returncode == 0, done.stderr
    assert "left out: carla" in done.stderr
    assert (
        course.root / "canvas.csv"
    ).read_text() == "Student,ID,SIS User ID,SIS Login ID,Section,Adam (7)\nBen,9,,ben,A,4\n"


def test_annotations_and_summary_are_for_standard_output_and_files(course: Course) -> None:
    folder = results(course, GOLDEN["mixed"])
    done = course.run("kata", "export", folder, "--format", "annotations", "--out", "-")
    assert len(read.commands(done.stdout)) == 6
    course.run("kata", "export", folder, "--format", "summary", "--out", "summary.md", language="es")
    assert "| comprobación |" in (course.root / "summary.md").read_text("utf-8")


def test_what_cannot_be_done_is_a_sentence(course: Course) -> None:
    folder = results(course, passed("ana"), passed("ana", "02_linear"))
    (course.root / "book.csv").write_text("a,b\n1,2\n")
    (course.root / "bad.csv").write_bytes(b"\xff\xfe\0")
    (course.root / "file").write_text("")
    for line, said in (
        (["nowhere", "--format", "junit", "--out", "x"], "holds no ledger.sqlite"),
        ([folder, "--format", "nonsense", "--out", "x"], "--format has to be one of these words: annotations, canvas"),
        ([folder, "--format", "canvas", "--out", "x"], "--exercise with one of 02_linear, 03_adam"),
        ([folder, "--format", "junit", "--exercise", "77", "--out", "x"], "There are: 02_linear, 03_adam"),
        (
            [folder, "--format", "canvas", "--exercise", "3", "--template", "book.csv", "--out", "x"],
            "no single column for 03_adam",
        ),
        (
            [folder, "--format", "moodle", "--exercise", "3", "--template", "book.csv", "--out", "x"],
            "no column with usernames",
        ),
        (
            [folder, "--format", "moodle", "--exercise", "3", "--template", "bad.csv", "--out", "x"],
            "cannot be read as a gradebook",
        ),
        ([folder, "--format", "junit", "--out", "file/x"], "cannot be written to"),
        ([folder, "--format", "junit", "--out", "x.xml"], "more than one result"),
    ):
        done = course.run("kata", "export", *line)
        assert done.returncode == 2, line
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_real_run_says_the_same_in_every_format(course: Course) -> None:
    """Graded by the wall, exported, read back: the score of results/*.json."""
    file = course.root / "in" / "ana" / "double.py"
    file.parent.mkdir(parents=True)
    file.write_text("def double(x):\n    return x + 2\n")
    course.run("kata", "grade", "in", "--out", "out", "--seed", "s")
    truth = json.loads((course.root / "out" / "results" / "ana" / "90_double.json").read_text())
    for name in ("gradescope", "classroom50", "prairielearn"):
        done = course.run("kata", "export", "out", "--format", name, "--out", f"{name}.json")
        assert done.returncode == 0, done.stderr
    said = {
        name: read.strict((course.root / f"{name}.json").read_text())
        for name in ("gradescope", "classroom50", "prairielearn")
    }
    assert said["gradescope"]["score"] == said["classroom50"]["score"] == truth["score"] == 4
    assert said["prairielearn"]["score"] * truth["max_score"] == pytest.approx(4)
    assert said["gradescope"]["tests"][0]["output"] == truth["checks"][0]["message"]
    annotation = course.run("kata", "export", "out", "--format", "annotations", "--out", "-").stdout.splitlines()[0]
    assert annotation.startswith("::error file=exercises/90_double/double.py,line=1,title=90.")
