"""How long from a save to the verdict on the screen: `kata watch` in a terminal, workers warm, against a cold pytest.

    python benchmarks/watch_latency.py [SAVES] [NN ...]          (default: 6 saves, every exercise)

The course is what a learner has: exercises without solutions. In a pseudo-terminal of 80 x 24, wrong and right files are saved in turn
by renaming, as editors do. A wrong file's verdict is there when its first failure's line is on the screen, a right one's when the screen
says that every check passes. `pytest exercises/NN` of the same files is a process each; the references' values are on disk for both.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from grader import catalog
from grader.locale import say
from grader.model import Exercise

ROOT = Path(__file__).resolve().parent.parent
KATA, PYTEST = ([sys.executable, "-m", module] for module in ("grader.cli", "pytest"))
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07\x1b]*(\x07|\x1b\\))")
PATIENCE = 120.0
GOAL = {"numpy": 0.3, "torch": 0.5}


class Screen:
    """`kata watch NN` in a pseudo-terminal."""

    def __init__(self, line: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(line[0], line, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def wait_for(self, text: str) -> float:
        """Seconds until what is written from now on holds the text."""
        began, seen = time.perf_counter(), ""
        while time.perf_counter() - began < PATIENCE:
            if select.select([self.terminal], [], [], 1.0)[0]:
                seen += os.read(self.terminal, 1 << 16).decode("utf-8", "replace")
                if text in ESCAPES.sub("", seen):
                    return time.perf_counter() - began
        raise SystemExit(f"the screen never showed: {text}\n{ESCAPES.sub('', seen)[-2000:]}")

    def rest(self, seconds: float) -> None:
        """Let it finish what it does, and read it."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                os.read(self.terminal, 1 << 16)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone when the program has ended
            os.write(self.terminal, b"q")
            self.rest(10.0)
            os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def wrong_file(exercise: Exercise) -> Path:
    """A known mistake that a visible check catches."""
    assert exercise.solutions is not None
    names = [
        name
        for check in catalog.load_checks(exercise.folder)
        if check.visibility == "visible"
        for name in check.catches
    ]
    return next(file for name in names if (file := exercise.solutions / "mistakes" / f"{name}.py").is_file())


def save(content: bytes, place: Path) -> None:
    beside = place.with_name(".saving")
    beside.write_bytes(content)
    os.replace(beside, place)


def measure(exercise: Exercise, saves: int, folder: Path) -> None:
    assert exercise.solutions is not None
    shutil.copytree(exercise.folder, folder / "exercises" / exercise.name, ignore=shutil.ignore_patterns("__pycache__"))
    place = folder / "exercises" / exercise.name / exercise.file_name
    wrong, right = wrong_file(exercise).read_bytes(), (exercise.solutions / exercise.file_name).read_bytes()
    environment = {
        **os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "KATA_LANG": "en", "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24",
    }  # fmt: skip
    cold = []
    for content in (wrong, right, wrong, right, wrong, right):
        save(content, place)
        began = time.perf_counter()
        done = subprocess.run(
            [*PYTEST, "-q", f"exercises/{exercise.number}"], cwd=folder, env=environment, capture_output=True, text=True
        )
        cold.append(time.perf_counter() - began)
        if content is wrong:
            failure = re.search(r"^  (✘ \S+)", done.stdout, re.M)
            assert failure, done.stdout
    screen = Screen([*KATA, "watch", exercise.number], folder, environment)
    ours: dict[str, list[float]] = {"wrong": [], "right": []}
    passes = say("watch_passed", "en")
    try:
        screen.wait_for(passes)
        for number in range(2 * saves + 2):
            kind = ("wrong", "right")[number % 2]
            screen.rest(1.0)
            began = time.perf_counter()
            save(wrong if kind == "wrong" else right, place)
            screen.wait_for(failure[1] if kind == "wrong" else passes)
            if number >= 2:  # the first two warm up
                ours[kind].append(time.perf_counter() - began)
    finally:
        screen.close()
    goal, pytest_median = GOAL.get(exercise.runtime, 0.5), statistics.median(cold[2:])
    for kind, seconds in ours.items():
        median = statistics.median(seconds)
        print(
            f"{exercise.number} {exercise.runtime:6} {kind}: median {median:.3f} s, largest {max(seconds):.3f} (goal {goal})"
            f"; cold pytest {pytest_median:.2f} s, {pytest_median / median:.1f} times as long",
            flush=True,
        )


def main() -> None:
    saves = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    for exercise in catalog.all_exercises(ROOT):
        if len(sys.argv) < 3 or exercise.number in sys.argv[2:]:
            with tempfile.TemporaryDirectory() as folder:
                measure(exercise, saves, Path(folder))


if __name__ == "__main__":
    main()
