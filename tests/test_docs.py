"""The documents' commands do what the documents say: each block of shell is run, in order, in a copy of the course."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSTRUCTORS = ROOT / "docs" / "instructors.md"


def blocks(document: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", document.read_text("utf-8"), re.S | re.M)


@pytest.mark.timeout(600)
def test_an_instructors_commands_run_in_their_order(tmp_path: Path) -> None:
    """All sections in one copy of the course; what they promise to write is there afterwards."""
    for part in ("exercises", "solutions"):
        shutil.copytree(
            ROOT / part / "03_adam", tmp_path / part / "03_adam", ignore=shutil.ignore_patterns("__pycache__")
        )
    found = blocks(INSTRUCTORS)
    assert found
    environment = {
        **os.environ, "KATA_LANG": "en", "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    for block in found:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    for place in ("results/report/index.html", "results/report/feedback/ana.md", "regraded/anonymous-codes.csv",
                  "moodle.csv", "canvas.csv", "adam.zip"):  # fmt: skip
        assert (tmp_path / place).is_file(), place
    assert "ben,03_adam,3.6667,20," in (tmp_path / "regraded" / "diff.csv").read_text()


def test_the_learners_course_for_github_holds_no_solution_and_grades(tmp_path: Path) -> None:
    """The commands of docs/github.md, in a repository with this course's files: a right answer gets its visible points."""
    here = tmp_path / "course"
    subprocess.run(["git", "init", "-q", here], check=True)
    for name in ("grader", "exercises", "solutions", ".github"):
        shutil.copytree(ROOT / name, here / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, here / name)
    who = {f"GIT_{role}_{part}": f"a@b.{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "KATA_LANG": "en", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for line in ("git add -A && git commit -qm all", *blocks(ROOT / "docs" / "github.md")):
        subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=here, env=environment, check=True)
    learners = tmp_path / "learners-course"
    assert not (learners / "solutions").exists()
    answer = ROOT / "solutions" / "03_adam" / "adam.py"
    line = [sys.executable, "-m", "grader.cli", "check", "03", "--submission", str(answer)]
    done = subprocess.run(line, cwd=learners, env={**environment, "PYTHONPATH": str(learners)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_link_of_a_document_leads_somewhere() -> None:
    """Files beside it, and headings in it."""
    lost = []
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = document.read_text("utf-8")
        anchors = {
            re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-")
            for line in re.findall(r"^#+ (.*)$", text, re.M)
        }
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            file, _, anchor = target.partition("#")
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            if (file and not (document.parent / file).exists()) or (not file and anchor not in anchors):
                lost.append(f"{document.name}: {target}")
    assert lost == []
