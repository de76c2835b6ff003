"""`kata` and `kata watch` in a real pseudo-terminal, and where there is none."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest

from tests.course_copy import Course
from tests.test_plugin import ANSWER
from tests.watch.conftest import SECONDS

KATA = [sys.executable, "-m", "grader.cli"]


def in_a_terminal(course: Course, *line: str, until: str, keys: bytes, **variables: str) -> tuple[int, str]:
    """(exit status, all that was written): keys are typed once the text is there."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(course.root)
        os.execvpe(KATA[0], [*KATA, *line], {**os.environ, "TERM": "xterm-256color", **variables})
    seen, end = b"", time.monotonic() + SECONDS
    try:
        while until.encode() not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 1.0)[0]:
                seen += os.read(terminal, 1 << 16)
        os.write(terminal, keys)
        while time.monotonic() < end:
            part = os.read(terminal, 1 << 16)
            if not part:
                break
            seen += part
    except OSError:  # its end has closed the terminal
        pass
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode("utf-8", "replace")


def test_kata_alone_opens_the_screen_in_a_terminal_and_q_leaves_it(course: Course) -> None:
    course.write(ANSWER)
    status, seen = in_a_terminal(course, until="Every check passes", keys=b"q")
    assert status == 0
    assert "\x1b[?1049h" in seen  # a screen of its own,
    assert "\x1b[?1049l" in seen  # and the old one back
    assert "Traceback" not in seen


@pytest.mark.parametrize(
    ("line", "variables"), [(["watch", "--plain"], {}), (["watch"], {"TERM": "dumb"})], ids=["--plain", "a dumb terminal"]
)
def test_plain_mode_moves_nothing(line: list[str], variables: dict[str, str], course: Course) -> None:
    course.write(ANSWER)
    status, seen = in_a_terminal(course, *line, until="20/20 points", keys=b"q\n", **variables)
    assert status == 0
    assert "\x1b" not in seen


def test_without_colour_there_is_none(course: Course) -> None:
    """NO_COLOR: bold and reverse remain, colours do not."""
    course.write(ANSWER)
    _, seen = in_a_terminal(course, until="Every check passes", keys=b"q", NO_COLOR="1")
    parts = {part for sequence in seen.split("\x1b[")[1:] if "m" in sequence for part in sequence.split("m")[0].split(";")}
    assert not parts & {"31", "32", "33", "34", "35", "36", "91", "92", "93"}


def test_elsewhere_kata_alone_prints_help(course: Course) -> None:
    done = course.run("kata")
    assert done.returncode == 0
    assert "Usage: " in done.stdout
    assert "Example: kata check 03" in done.stdout


def test_an_exercise_that_is_not_there_is_told_before_a_screen_opens(course: Course) -> None:
    done = course.run("kata", "watch", "77")
    assert done.returncode == 2
    assert done.stderr.startswith("kata: No exercise begins with `77`")


def test_help_loads_no_screen(tmp_path: Path) -> None:
    code = "import sys; sys.argv = ['kata', '--help']; from grader.cli import main; main(); " \
        "sys.exit(any(name in sys.modules for name in ('textual', 'watchfiles', 'rich')))"  # fmt: skip
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0
