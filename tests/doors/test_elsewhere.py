"""A learner on Windows or macOS: what this machine's system has and theirs lacks is hidden from our code.

No such machine is needed: elsewhere/sitecustomize.py says what is hidden, and how. On one (CI's matrix) the same tests
run as they are. What they cannot show is what Windows's own libraries do.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.cli import COMMANDS, watch
from grader.locale import language
from tests.course_copy import TOY, Course, copy_to
from tests.doors.judge_all import judge_all
from tests.test_plugin import ADDS_TWO, ANSWER

ROOT = Path(__file__).resolve().parent.parent.parent
HIDING = str(Path(__file__).with_name("elsewhere"))
SYSTEMS = ["win32", "darwin"] if sys.platform == "linux" else [sys.platform]
SUBMISSIONS = {
    "right": ANSWER,
    "a known mistake": ADDS_TWO,
    "the stub": (TOY / "exercises" / "90_double" / "double.py").read_text("utf-8"),
    "a loop": "def double(x):\n    while True:\n        pass\n",
    "a loop at import": "while True:\n    pass\n",
    "leaves": "import os\n\n\ndef double(x):\n    os._exit(3)\n",
    "leaves politely": "import sys\n\n\ndef double(x):\n    sys.exit(0)\n",
    "reads": "def double(x):\n    return input()\n",
    "prints without end": "def double(x):\n    while True:\n        print('x' * 10_000)\n",
    "closes its output": "import os\nos.close(1)\nos.close(2)\n" + ANSWER,
    "syntax": "def double(x:\n    return x\n",
    "forbidden": "import torch\n",
    "no such name": "def triple(x):\n    return 3 * x\n",
    "not a number": "def double(x):\n    return x * float('nan')\n",
    "not a value": "def double(x):\n    return object()\n",
}


def variables(system: str) -> dict[str, str]:
    return {"KATA_ELSEWHERE": system, "PYTHONPATH": f"{HIDING}{os.pathsep}{ROOT}"} if sys.platform != system else {}


def seen_on(system: str, given: dict[str, Any], cache: Path) -> dict[str, Any]:
    environment = {**os.environ, **variables(system), "XDG_CACHE_HOME": str(cache)}
    line = [sys.executable, "-m", "tests.doors.judge_all"]
    done = subprocess.run(line, input=json.dumps(given), cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="here nothing needs to be hidden")
def test_our_code_does_not_see_what_windows_lacks() -> None:
    """Else the other tests would prove nothing."""
    asks = (
        "import os, signal, socket, sys, select\n"
        "said = [sys.platform, os.name, hasattr(os, 'fork'), hasattr(os, 'killpg'), hasattr(signal, 'SIGKILL'),\n"
        "        hasattr(select, 'poll'), hasattr(socket, 'AF_UNIX'), hasattr(os, 'getcwd')]\n"
        "try:\n    import resource\nexcept ModuleNotFoundError:\n    said.append('no resource')\n"
        "print(said)"
    )
    line = [sys.executable, "-c", f"exec({asks!r}, {{'__name__': 'grader.asks'}})"]
    done = subprocess.run(line, env={**os.environ, **variables("win32")}, capture_output=True, text=True, check=True)
    assert done.stdout == "['win32', 'nt', False, False, False, False, False, True, 'no resource']\n"


@pytest.mark.timeout(300)
def test_the_same_submissions_get_the_same_attempts(system: str, tmp_path: Path) -> None:
    """Outcome, score, recognised mistake and message, in both languages, as from forked workers behind fences."""
    names = SUBMISSIONS if system == SYSTEMS[0] else ("right", "a known mistake", "leaves")
    given = {name: (str(TOY / "exercises" / "90_double"), {"double.py": SUBMISSIONS[name]}) for name in names}
    for name in ("adam.py", "mistakes/beta_not_to_the_power.py"):  # whose reference is torch
        text = (ROOT / "solutions" / "03_adam" / name).read_bytes().decode("latin-1")
        given[name] = (str(ROOT / "exercises" / "03_adam"), {"adam.py": text})
    there = seen_on(system, given, tmp_path)
    assert there["fences"] == []
    assert there["attempts"] == json.loads(json.dumps(judge_all(given)["attempts"]))


def test_every_command_and_the_notebooks_check_can_be_imported(system: str) -> None:
    """Whatever a command does there, it begins with a sentence of ours and not with an ImportError."""
    modules = [*(f"grader.cli.{name}" for name in COMMANDS), "grader.jupyter", "grader.watch.app", "grader.watch.judging"]
    line = [sys.executable, "-c", f"import importlib; [importlib.import_module(name) for name in {modules}]"]
    done = subprocess.run(line, env={**os.environ, **variables(system)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_terminal_of_windows_has_no_name_and_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`kata` alone opens its full screen there; elsewhere a terminal without a name can draw none."""
    stream = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(watch, "sys", SimpleNamespace(stdin=stream, stdout=stream, stderr=stream))
    for name, environment, drawn in (("nt", {}, True), ("nt", {"TERM": "dumb"}, False), ("posix", {}, False),
                                     ("posix", {"TERM": "xterm"}, True)):  # fmt: skip
        monkeypatch.setattr(watch, "os", SimpleNamespace(name=name, environ=environment))
        assert watch.in_a_terminal() is drawn, (name, environment)


@pytest.mark.parametrize(("number", "spoken"), [(0x0C0A, "es"), (0x080A, "es"), (0x0409, "en"), (0x0407, "en"), (0, "en")])
def test_windows_says_its_language_in_a_way_of_its_own(
    number: int, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sets LANG there; KATA_LANG still has the first word."""
    kernel32 = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
    for variable in ("KATA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    assert language() == spoken
    monkeypatch.setenv("KATA_LANG", "es")
    assert language() == "es"


def test_a_crash_is_told_as_one(system: str, tmp_path: Path) -> None:
    """By a signal here; by an exit code on Windows."""
    crash = "import ctypes\n\n\ndef double(x):\n    ctypes.string_at(0)\n"
    attempt = seen_on(system, {"it": (str(TOY / "exercises" / "90_double"), {"double.py": crash})}, tmp_path)
    assert attempt["attempts"]["it"]["checks"][0]["outcome"] == "crashed"
    assert "SIGSEGV" in attempt["attempts"]["it"]["checks"][0]["messages"]["en"]


@pytest.mark.parametrize(("system", "language"), [(SYSTEMS[0], "en"), (SYSTEMS[-1], "es")])
def test_a_learners_commands_run(system: str, language: str, course: Course) -> None:
    """From the first look to a full score; none ends in a traceback."""

    def run(*line: str) -> str:
        done = course.run(*line, language=language, **variables(system))
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout

    words = {"en": ("to begin", "Nothing is written yet", "Recognised: adds_two", "20/20 points"),
             "es": ("por empezar", "Todavía no hay nada escrito", "Reconocido: adds_two", "20/20 puntos")}[language]  # fmt: skip
    assert words[0] in run("kata", "list")
    assert words[1] in run("pytest", "exercises/90")
    course.write(ADDS_TWO)
    assert words[2] in run("kata", "check", "90")
    assert words[2] in run("pytest", "exercises/90")
    assert words[2] in run("kata", "watch", "90", "--plain")
    assert "kata hint 90 3" in run("kata", "hint", "90")
    run("kata", "reset", "90", "--yes")
    assert "NotImplementedError" in (course.exercise / "double.py").read_text("utf-8")
    course.write(ANSWER)
    assert words[3] in run("pytest", "exercises/90")
    assert words[3] in run("pytest", "exercises/90", "--in-process")
    assert "Python 3" in run("kata", "doctor")


def test_a_class_is_not_graded_where_nothing_confines_it(course: Course) -> None:
    """Unless the instructor says that they trust it (docs/threat-model.md)."""
    place = course.root / "class" / "ana" / "90_double"
    place.mkdir(parents=True)
    (place / "double.py").write_text(ANSWER, "utf-8")
    line = ("kata", "grade", "class", "--out", "results", "--jobs", "1")
    refused = course.run(*line, **variables("win32"))
    assert refused.returncode == 2
    assert "This machine cannot confine other people's code" in refused.stderr
    trusted = course.run(*line, "--trust-submissions", **variables("win32"))
    assert trusted.returncode == 0, trusted.stderr
    record = json.loads((course.root / "results/results/ana/90_double.json").read_text("utf-8"))
    assert (record["score"], record["fence"]) == (20, [])
