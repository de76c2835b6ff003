"""`kata doctor` says what is amiss with a learner's set-up, and what to do about it."""

from __future__ import annotations

import io
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import doctor
from tests.course_copy import Course, copy_to


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The test's own Python is the one whose pytest is on the PATH, as in an active environment."""
    made = copy_to(tmp_path)
    monkeypatch.chdir(made.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"))
    return made


def said(language: str = "en") -> str:
    done = CliRunner().invoke(doctor.command, env={"KATA_LANG": language})
    assert done.exit_code == 0, done.output
    return done.output


def complaints(language: str = "en") -> list[str]:
    return [line for line in said(language).splitlines() if line.startswith("!")]


def test_nothing_is_said_where_nothing_is_amiss(course: Course) -> None:
    assert complaints() == []


def test_an_environment_that_is_there_and_not_active_is_named(course: Course) -> None:
    """With the command that activates it."""
    (course.root / ".venv").mkdir()
    (found,) = complaints()
    assert sys.executable in found and "activate" in found and str(course.root / ".venv") in found
    assert "no el Python de" in complaints("es")[0]


def test_a_pytest_of_another_python_or_none_at_all_is_told(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "python -m pytest exercises/03" in complaints()[0]
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "other" / "pytest"))
    assert f"The command pytest is {tmp_path / 'other' / 'pytest'}, which belongs to another Python." in complaints()[0]
    assert "pertenece a otro Python" in complaints("es")[0]


def test_an_encoding_that_lacks_our_signs_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    (found,) = doctor._about_terminal()
    assert "cp1252" in found and "PYTHONUTF8=1" in found
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert doctor._about_terminal() == []


def test_folders_that_cannot_be_written_are_named(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest_here = str(Path(sysconfig.get_path("scripts")) / "pytest")
    monkeypatch.setattr(shutil, "which", lambda name: pytest_here)  # it asks os.access as well
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    cache, progress = complaints()
    assert "gradkata cannot be written: nothing is remembered" in cache
    assert f"{course.root} cannot be written: your progress" in progress


@pytest.mark.parametrize(("platform", "system"), [("win32", "Windows"), ("darwin", "macOS")])
def test_where_there_is_no_fence_one_sentence_says_what_that_means(
    platform: str, system: str, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody on Windows is told to install a Debian package."""
    monkeypatch.setattr(sys, "platform", platform)
    assert f"{system} has no fence that gradkata can put on. Your own code runs" in said()
    assert f"{system} no tiene ninguna cerca" in said("es")
    assert "apt-get" not in said()


def test_a_missing_package_is_named_with_its_extra_and_its_exercises(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "framework_version", lambda name: "" if name == "numpy" else "1.0")
    assert "numpy        numpy is not installed. Install it with: pip install 'gradkata[numpy]'  (90)" in said()
