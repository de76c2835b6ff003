"""Classes of the toy course, and `kata grade` started as a process that a test may kill."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tests.course_copy import Course

ANSWER = "def double(x):\n    if isinstance(x, str):\n        raise TypeError(x)\n    return 2 * x\n"
CODES = {
    "right": ANSWER,
    "wrong": "def double(x):\n    return x + 2\n",
    "slow": f"import time\ntime.sleep(0.1)\n{ANSWER}",
    "raises": "def double(x):\n    raise KeyError(x)\n",
    "leaves": "import os\ndef double(x):\n    os._exit(3)\n",
    "kills itself": "import os, signal\ndef double(x):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
}


def hand_in(course: Course, student: str, code: str) -> None:
    file = course.root / "in" / student / "90_double" / "double.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code)


def a_class_of(students: int, course: Course) -> None:
    codes = list(CODES.items())
    for number in range(students):
        kind, code = codes[number % len(codes)]
        hand_in(course, f"{number:03} {kind}", f"{code}\nme = {number}\n")


def start(course: Course, *line: str, **variables: str) -> subprocess.Popen[str]:
    """`kata grade in --seed s ...` in a session of its own."""
    environment = {**os.environ, "KATA_LANG": "en", "XDG_CACHE_HOME": str(course.home), **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "grade", "in", "--seed", "s", *line],
        cwd=course.root, env=environment, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def grade(course: Course, *line: str, **variables: str) -> tuple[int, str]:
    """(exit code, what was printed) of a whole run."""
    process = start(course, *line, **variables)
    printed, _ = process.communicate(timeout=240)
    return process.returncode, printed


def scores(course: Course, out: str) -> str:
    return (course.root / out / "scores.csv").read_text()


def tree(pid: int) -> list[int]:
    """A process and all below it, as far as they live."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                waiting += map(int, Path(f"/proc/{one}/task/{thread}/children").read_text().split())
        except OSError:
            continue
        found.append(one)
    return found


def until_graded(process: subprocess.Popen[str], count: int) -> None:
    """Read what the run prints until it says that so many are graded."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"Grading: (\d+)/", line)
        if found and int(found[1]) >= count:
            return
    raise AssertionError(f"the run ended before {count} were graded")


def survivors(pids: Iterable[int], seconds: float) -> list[int]:
    """Which of these processes still live after so long, at most?"""
    until, left = time.monotonic() + seconds, []
    for pid in pids:
        try:
            end = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if not select.select([end], [], [], max(0.0, until - time.monotonic()))[0]:
            left.append(pid)
        os.close(end)
    return left
