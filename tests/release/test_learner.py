"""A learner's first minutes, with the wheel of the release installed in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

import grader
from grader import catalog
from grader.course.release import build, place
from grader.judge.cache import ValueCache, default_path
from grader.sandbox.warm import FencedWorkers

ROOT = Path(grader.__file__).parent.parent
MISTAKE = "beta_not_to_the_power"


@dataclass
class Learner:
    root: Path
    python: Path

    def run(self, *line: str, language: str = "en") -> str:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
        done = subprocess.run(
            [self.python, "-m", *line], cwd=self.root, capture_output=True, text=True, timeout=120,
            env={**kept, "KATA_LANG": language, "XDG_CACHE_HOME": str(default_path().parent.parent)},
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout

    def write(self, file: Path) -> None:
        (self.root / "exercises" / "03_adam" / "adam.py").write_bytes(file.read_bytes())


@pytest.fixture(scope="module")
def learner(source: FencedWorkers, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    """The release of exercise 03, and an environment with its wheel and what it requires, but nothing of this checkout."""
    folder = tmp_path_factory.mktemp("learner")
    place(build(ROOT, [catalog.resolve(ROOT, "03")], source, ValueCache()), folder / "mine")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("an environment of another system's layout")
    wheel = next((folder / "mine" / "engine").glob("*.whl"))
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    done = subprocess.run([sys.executable, *install], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    packages = next((folder / "venv").glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    needs = ["-m", "pip", "--python", str(python), "install", "--dry-run", "--no-index", "-r", "requirements.txt"]
    done = subprocess.run([sys.executable, *needs], cwd=folder / "mine", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # all that the file asks for is there
    return Learner(folder / "mine", python)


def test_the_engine_is_that_of_the_release(learner: Learner) -> None:
    line = [learner.python, "-I", "-c", "import grader; print(grader.__file__)"]
    done = subprocess.run(line, cwd=learner.root, capture_output=True, text=True)
    assert done.stdout.startswith(str(learner.python.parent.parent))


def test_the_stub_scores_nothing_and_says_where_to_begin(learner: Learner) -> None:
    assert "0/4.5 points" in learner.run("pytest", "exercises/03")
    assert "03  One Adam step                                    to begin" in learner.run("grader.cli", "list")


def test_a_right_answer_passes_every_visible_check(learner: Learner) -> None:
    learner.write(ROOT / "solutions" / "03_adam" / "adam.py")
    said = learner.run("pytest", "exercises/03")
    assert "4.5/4.5 points" in said
    assert "visible checks only; the hidden ones are run when you hand in" in said


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Recognised: beta_not_to_the_power - every step"), ("es", "Reconocido: beta_not_to_the_power - cada paso")],
)
def test_a_known_mistake_is_named_in_both_languages(language: str, words: str, learner: Learner) -> None:
    learner.write(ROOT / "solutions" / "03_adam" / "mistakes" / f"{MISTAKE}.py")
    assert words in learner.run("pytest", "exercises/03", language=language)
    assert words in learner.run("grader.cli", "check", "03", language=language)


def test_there_is_no_solution_to_show(learner: Learner) -> None:
    assert "def step" not in learner.run("grader.cli", "solution", "03", "--spoil")
