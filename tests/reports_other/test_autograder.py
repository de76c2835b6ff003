"""The zip for Gradescope: what is in it, and its run_autograder in a folder that is laid out like Gradescope's /autograder.

What its setup.sh installs is not installed here (it needs the network): `venv/bin/kata` is this very engine.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from grader import catalog
from grader.course.autograder import build
from tests.course_copy import TOY
from tests.reports_other import read
from tests.reports_other.schemas import GRADESCOPE
from tests.test_plugin import ADDS_TWO, ANSWER

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="Gradescope's images have bash")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """/autograder as Gradescope lays it out, with the zip's content under source/."""
    home = tmp_path / "autograder"
    content = build(catalog.resolve(TOY, "90"), "en")
    (tmp_path / "autograder.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as file:
        file.extractall(home / "source")
    kata = home / "venv" / "bin" / "kata"
    kata.parent.mkdir(parents=True)
    kata.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader.cli "$@"\n')
    kata.chmod(0o755)
    (home / "submission").mkdir()
    (home / "results").mkdir()
    return home


def run(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AUTOGRADER_ROOT": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    line = [str(BASH), str(home / "source" / "run_autograder")]
    return subprocess.run(line, cwd=home, env=environment, capture_output=True, text=True, timeout=120)


def submit(home: Path, code: str) -> None:
    (home / "submission" / "double.py").write_text(code)


@pytest.mark.parametrize(("code", "score"), [(ANSWER, 20), (ADDS_TWO, 4)])
def test_a_submission_gets_its_score(home: Path, code: str, score: int) -> None:
    submit(home, code)
    done = run(home)
    assert done.returncode == 0, done.stdout + done.stderr
    said = read.strict((home / "results" / "results.json").read_text())
    jsonschema.validate(said, GRADESCOPE)
    assert said["score"] == score
    assert stat.S_IMODE((home / "results").stat().st_mode) == 0o700


def test_nothing_handed_in_is_0_and_names_the_file(home: Path) -> None:
    assert run(home).returncode == 0
    said = read.strict((home / "results" / "results.json").read_text())
    assert said["score"] == 0
    assert "double.py" in said["output"]


def test_a_report_that_the_submission_brings_is_not_ours(home: Path) -> None:
    """Neither a file of that name nor one that was left by an earlier run."""
    submit(home, "raise SystemExit\n")
    for folder in ("submission", "results"):
        (home / folder / "results.json").write_text('{"score": 20}')
    run(home)
    assert read.strict((home / "results" / "results.json").read_text())["score"] == 0


@pytest.mark.parametrize("ending", ["exit 0", "exit 3", "kill -9 $$"])
def test_without_a_report_there_is_a_failure_and_no_score(home: Path, ending: str) -> None:
    """Whatever becomes of kata, and whatever it says of itself: an exit code is no verdict."""
    submit(home, ANSWER)
    (home / "results" / "results.json").write_text('{"score": 20}')
    (home / "venv" / "bin" / "kata").write_text(f"#!/bin/sh\n{ending}\n")
    done = run(home)
    assert done.returncode == 3
    assert "gradkata:" in done.stdout
    assert not (home / "results" / "results.json").exists()


def test_a_broken_check_is_a_failure_of_the_autograder(home: Path) -> None:
    file = home / "source" / "course" / "solutions" / "90_double" / "test_double_hidden.py"
    file.write_text(file.read_text().replace("rng.normal(size=(3, 2))", "rng.nothing_like_this()"))
    submit(home, ANSWER)
    assert run(home).returncode == 3
    assert not (home / "results" / "results.json").exists()


def test_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(ANSWER)
    (home / "submission" / "double.py").symlink_to(tmp_path / "secret.py")
    run(home)
    assert read.strict((home / "results" / "results.json").read_text())["score"] == 0


def test_the_zip_holds_what_it_needs_and_the_same_is_the_same(home: Path) -> None:
    source = home / "source"
    for name in (
        "setup.sh",
        "run_autograder",
        "settings",
        "engine/pyproject.toml",
        "engine/constraints.txt",
        "engine/grader/locale/es.toml",
    ):
        assert (source / name).is_file(), name
    assert sorted(path.name for path in (source / "course").iterdir()) == ["exercises", "solutions"]
    assert not list(source.rglob("*.pyc"))
    exercise = catalog.resolve(TOY, "90")
    assert build(exercise, "en") == build(exercise, "en") != build(exercise, "en", trust=True)
    with zipfile.ZipFile(home.parent / "autograder.zip") as file:
        modes = {entry.filename: entry.external_attr >> 16 for entry in file.infolist() if "/" not in entry.filename}
    assert modes == {"run_autograder": 0o755, "settings": 0o644, "setup.sh": 0o755}


def test_scripts_are_valid_and_trust_only_if_asked(home: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run([str(BASH), "-n", str(home / "source" / name)], check=True)
    assert "TRUST=''" in (home / "source" / "settings").read_text()
