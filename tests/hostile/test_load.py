"""A class with every hostile submission in it: all are graded, the honest ones as if they were alone, nothing is left."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grading.classes import survivors, tree

ROOT = Path(__file__).resolve().parent.parent.parent
ATTACKS = ROOT.parent / "shared" / "attacks" / "attacks.json"
HONEST = ("adam.py", "mistakes/no_eps.py", "mistakes/plain_sgd.py", "mistakes/decay_decoupled.py")
pytestmark = pytest.mark.skipif(
    not ATTACKS.is_file(), reason=f"{ATTACKS} is not there: it is no part of this repository"
)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """03 with a deadline of one second, so that what hangs is soon over."""
    root = tmp_path_factory.mktemp("course")
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / "03_adam", root / part / "03_adam", ignore=shutil.ignore_patterns("__pycache__"))
    facts = root / "exercises" / "03_adam" / "exercise.toml"
    text, count = re.subn(r"(?m)^deadline = .*$", "deadline = 1", facts.read_text("utf-8"))
    facts.write_text(text if count else "deadline = 1\n" + text, "utf-8")
    return root


def write(folder: Path, hostile: bool) -> int:
    """How many hostile ones there are."""
    for number, name in enumerate(HONEST * 3):
        file = folder / f"honest {number:02}" / "03_adam" / "adam.py"
        file.parent.mkdir(parents=True)
        file.write_text((ROOT / "solutions" / "03_adam" / name).read_text() + f"\n# {number}\n")
    entries = (
        [entry for entry in json.loads(ATTACKS.read_text("utf-8")) if "adam.py" in entry["files"]] if hostile else []
    )
    for entry in entries:
        for name, content in entry["files"].items():
            file = folder / f"hostile {entry['name']}" / "03_adam" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                file.write_text(content, "utf-8", errors="surrogateescape")
            elif "symlink" in content:
                file.symlink_to(content["symlink"])
            else:
                os.mkfifo(file)
    return len(entries)


def grade(course: Path, submissions: str, out: str) -> list[int]:
    """The processes that were seen below it."""
    temporary = course / f"tmp-{out}"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "grade", submissions, "--out", out, "--seed", "s"],
        cwd=course, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(course / "cache"), "KATA_LANG": "en"},
    )  # fmt: skip
    assert process.stderr is not None
    seen = {pid for _ in process.stderr for pid in tree(process.pid)}
    assert process.wait() == 0
    assert [str(path) for path in temporary.rglob("*")] == []
    return sorted(seen)


def rows(course: Path, out: str) -> list[str]:
    return (course / out / "scores.csv").read_text().splitlines()


@pytest.mark.timeout(600)
def test_a_class_with_every_attack_in_it(course: Path) -> None:
    write(course / "calm", hostile=False)
    count = write(course / "stormy", hostile=True)
    grade(course, "calm", "calm-out")
    seen = grade(course, "stormy", "stormy-out")
    assert [row for row in rows(course, "stormy-out") if not row.startswith("hostile")] == rows(course, "calm-out")
    hostile = [row for row in csv.DictReader(io.StringIO("\n".join(rows(course, "stormy-out"))))
               if row["student"].startswith("hostile")]  # fmt: skip
    assert len(hostile) == count
    assert [row["student"] for row in hostile if row["outcome"] == "broken"] == []
    assert survivors(seen, 20.0) == []
