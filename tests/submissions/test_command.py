"""`kata grade` with an archive: every student has a row, a refused one with the reason, and nothing is left behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.course_copy import copy_to
from tests.submissions.making import CODE, answer, notebook, tarred, zip_with, zipped


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_a_class_in_one_archive(tmp_path: Path, pack: object) -> None:
    course = copy_to(tmp_path)
    files = {
        "ana.zip": zipped({"work/double.py": CODE}),
        "ben/90_double/my.ipynb": notebook(answer("def double(x):\n    return 2 * x")),
        "eve.zip": zip_with("../../double.py"),
        "leo/notes.txt": b"",
        "loose.py": b"",
    }
    (course.root / "class.archive").write_bytes(pack(files))  # type: ignore[operator]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = course.run("kata", "grade", "class.archive", "--out", "out", TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    assert "Ignored in class.archive" in done.stderr
    rows = {row["student"]: row["outcome"] for row in csv.DictReader((course.root / "out" / "scores.csv").open("r"))}
    assert {rows.pop("eve"), rows.pop("leo")} == {"missing"}
    assert set(rows) == {"ana", "ben"}
    assert "missing" not in rows.values()
    result = json.loads((course.root / "out" / "results" / "eve" / "90_double.json").read_text())
    assert "leads elsewhere" in result["checks"][0]["message"]
    assert not list(temporary.glob("*.tar"))


def test_an_archive_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    course = copy_to(tmp_path)
    (course.root / "class.zip").write_bytes(b"no zip")
    done = course.run("kata", "grade", "class.zip", "--out", "out")
    assert done.returncode == 2
    assert "class.zip cannot be unpacked" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_may_be_checked_alone(tmp_path: Path) -> None:
    """`pytest --submission` and `kata check --submission` take one."""
    course = copy_to(tmp_path)
    (course.root / "p.ipynb").write_bytes(notebook(answer("def double(x):\n    raise ValueError('later')")))
    assert "later" in course.run("kata", "check", "90", "--submission", "p.ipynb").stdout
    assert "later" in course.run("pytest", "exercises/90", "--submission", "p.ipynb").stdout
    (course.root / "p.ipynb").write_bytes(b"{")
    done = course.run("kata", "check", "90", "--submission", "p.ipynb")
    assert done.returncode == 2
    assert "p.ipynb is not a notebook" in done.stderr
