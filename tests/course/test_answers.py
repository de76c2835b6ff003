"""`kata solution`: what is compared, how it is laid out, what a terminal and a pipe get."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader import catalog
from grader.course import answers
from grader.course.answers_page import page
from grader.model import Exercise
from tests.course_copy import Course, copy_to
from tests.test_plugin import ANSWER

ROOT = Path(__file__).parent.parent.parent
EXERCISES = catalog.all_exercises(ROOT)

OURS = '''"""Counts."""
# BEGIN SOLUTION -
import math  # noqa: F401

LIMIT = 3
# END SOLUTION


class Counter:
    """Counts up."""

    step = 1

    def __init__(self):
        """Begin at 0."""
        # BEGIN SOLUTION 92.1 the start
        self.n = 0
        # END SOLUTION

    def up(self):
        # BEGIN SOLUTION 92.2 one more
        self.n += 1
        # END SOLUTION

    def __repr__(self):
        return "a counter"
'''
YOURS = '''"""Counts."""

class Counter:
    """Counts up."""

    step = 1

    # from 0 on
    def __init__(self):
        """Begin at 0."""
        self._n = helper(0)

    @property
    def n(self):
        return self._n

    @n.setter
    def n(self, value):
        self._n = value

    def up(self):
        self.n += 1

    def __repr__(self):
        return "a counter"

def helper(x):
    y = x
    return y

def double(x):
    """Of my own."""
    return 2 * x
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return copy_to(tmp_path)


@pytest.fixture
def counter(course: Course) -> Exercise:
    """An exercise whose answer is OURS; its stub is cut out of it."""
    for kind in ("exercises", "solutions"):
        (course.root / kind / "92_counter").mkdir()
    facts = (course.exercise / "exercise.toml").read_text("utf-8").replace("90", "92")
    (course.root / "exercises" / "92_counter" / "exercise.toml").write_text(facts, "utf-8")
    (course.root / "solutions" / "92_counter" / "counter.py").write_text(OURS, "utf-8")
    return catalog.load(course.root / "exercises" / "92_counter")


def test_functions_are_paired_and_what_the_stub_gave_is_left_out(counter: Exercise) -> None:
    """Docstrings, attributes and methods of the stub are not there; helpers with theirs, comments and properties are."""
    found = {part.name: (part.ours, part.yours) for part in answers.compared(counter, YOURS)}
    assert found == {
        "": (["import math", "", "LIMIT = 3"], []),
        "Counter.__init__": (
            ["def __init__(self):", "    self.n = 0"],
            ["# from 0 on", "def __init__(self):", "    self._n = helper(0)"],
        ),
        "Counter.up": (["def up(self):", "    self.n += 1"], ["def up(self):", "    self.n += 1"]),
        "Counter.n": (
            [],
            ["@property", "def n(self):", "    return self._n", "",
             "@n.setter", "def n(self, value):", "    self._n = value"],
        ),
        "helper": ([], ["def helper(x):", "    y = x", "    return y"]),
        "double": ([], ["def double(x):", '    """Of my own."""', "    return 2 * x"]),
    }  # fmt: skip


def test_what_the_learner_changed_of_the_stub_stands_beside_it(counter: Exercise) -> None:
    parts = answers.compared(counter, YOURS.replace("a counter", "one, two"))
    [changed] = [part for part in parts if part.name == "Counter.__repr__"]
    assert (changed.ours[1], changed.yours[1]) == ('    return "a counter"', '    return "one, two"')


@pytest.mark.parametrize(
    "yours", ["", "def double(:\n", "x = '\0'\n", "(" * 5000], ids=["none", "syntax", "nul", "deep"]
)
def test_without_python_of_the_learner_ours_stands_alone(counter: Exercise, yours: str) -> None:
    names = [part.name for part in answers.compared(counter, yours)]
    assert names == ["", "Counter.__init__", "Counter.up"]
    assert "Yours" not in page(counter, yours, "en", 120)


def test_the_untouched_stub_is_no_answer(counter: Exercise) -> None:
    assert not any(part.yours for part in answers.compared(counter, answers.original(counter)))


def test_the_other_style_is_the_one_with_least_in_common(course: Course) -> None:
    """Whoever wrote one of the alternatives, or one with its lines, sees another."""
    found = catalog.load(course.exercise)
    assert course.solutions.joinpath("alternatives", "division.py") == answers.other_style(found, "")
    for name in ("division", "numpy_call", "sum"):
        style = answers.other_style(found, answers.ours(course.solutions / "alternatives" / f"{name}.py"))
        assert style is not None and style.stem != name


PLAIN = """\
── Ours · Counter.__init__
def __init__(self):
    self.n = 0

── Yours · Counter.__init__
# from 0 on
def __init__(self):
    self._n = helper(0)

── The same in both · Counter.up
def up(self):
    self.n += 1

── Yours · Counter.n
"""


def test_plain_text_is_one_below_the_other(counter: Exercise) -> None:
    shown = page(counter, YOURS, "en", None)
    assert PLAIN in shown
    assert shown.startswith("── Ours · counter.py\nimport math\n\nLIMIT = 3\n")
    spanish = page(counter, YOURS, "es", None)
    for heading in ("La nuestra · counter.py", "La tuya · helper", "Igual en ambas · Counter.up"):
        assert f"── {heading}\n" in spanish


def test_side_by_side_where_there_is_room(counter: Exercise) -> None:
    """From 110 columns on, each part's titles and lines begin in the same rows."""
    wide, narrow = (_visible(page(counter, YOURS, "en", width)).splitlines() for width in (110, 109))
    rows = [[cell.strip() for cell in row.split("│")] for row in wide if "│" in row]
    assert rows == [
        ["── Ours · Counter.__init__", "── Yours · Counter.__init__"],
        ["def __init__(self):", "# from 0 on"],
        ["self.n = 0", "def __init__(self):"],
        ["", "self._n = helper(0)"],
    ]
    assert not any("│" in row for row in narrow)


def test_long_lines_and_wide_signs_stay_in_their_column(counter: Exercise) -> None:
    """A comment goes on as a comment, code further in, one word without spaces is cut; no character is lost."""
    long = "    # 変数 " + "word " * 30 + '\n    text = "' + "漢字" * 40 + '"\n    call(' + "argument, " * 15 + ")\n"
    yours = YOURS.replace("        self._n = helper(0)\n", long.replace("    ", "        "))
    shown = _visible(page(counter, yours, "en", 120))
    assert max(map(cell_len, shown.splitlines())) <= 120
    right = [row.split("│")[1] for row in shown.splitlines() if "│" in row]
    assert {row.index("# ") for row in right if "word" in row} == {5}
    assert sum(row.count("漢字") for row in right) >= 38  # a pair may be cut in two
    assert sum(row.count("argument") for row in right) == 15


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_of_our_answers_no_line_is_lost_or_too_wide(exercise: Exercise) -> None:
    """Each exercise beside one of its alternatives: in 80 and 120 columns, and all our code in what a pipe gets."""
    assert exercise.solutions is not None
    yours = answers.ours(sorted((exercise.solutions / "alternatives").glob("*.py"))[-1])
    for width, language in ((80, "es"), (120, "en")):
        shown = _visible(page(exercise, yours, language, width))
        assert max(map(cell_len, shown.splitlines())) <= width
        assert "\n── " in shown
    plain = page(exercise, yours, "en", None)
    assert "noqa" not in plain and "SOLUTION" not in plain and "\x1b" not in plain
    for part in answers.compared(exercise, yours):
        assert all(line in plain for line in (*part.ours, *part.yours))
    written = answers.ours(exercise.solutions / exercise.file_name).splitlines()
    given = {line.strip() for line in answers.original(exercise).splitlines()}
    assert all(line.strip() in plain for line in written if line.strip() not in given)


def test_escape_sequences_of_a_learner_reach_no_terminal(counter: Exercise) -> None:
    yours = YOURS.replace("helper(0)", "helper('\x1b[2J\x1b]0;title\x07\x9b5A')")
    assert "\x1b[2J" not in page(counter, yours, "en", 120)
    shown = page(counter, yours, "en", None)
    assert "\x1b" not in shown and "\x07" not in shown and "\x9b" not in shown


def test_a_pipe_gets_plain_text(course: Course) -> None:
    course.write(ANSWER)
    done = course.run("kata", "solution", "90")
    assert done.returncode == 0
    assert done.stdout.startswith("── Ours · double\ndef double(x):\n    if isinstance(x, str):\n")
    assert "\n── Yours · double\ndef double(x):\n" in done.stdout
    assert "\n── In another style · " in done.stdout


@pytest.mark.parametrize(("lines", "paged"), [(12, True), (200, False)])
def test_a_terminal_gets_columns_and_a_pager_only_for_what_is_longer(course: Course, lines: int, paged: bool) -> None:
    course.write(ANSWER)
    shown = _in_a_terminal(course, lines)
    assert "── Ours · double" in shown.partition("│")[0] and "── Yours · double" in shown.partition("│")[2]
    assert ("PAGED" in shown) == paged


def test_a_learners_course_says_who_has_the_solution(course: Course) -> None:
    course.solutions.rename(course.root / "elsewhere")
    for language, sentence in (("en", "your instructor has it."), ("es", "la tiene tu profesor o profesora.")):
        done = course.run("kata", "solution", "90", language=language)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1 and sentence in done.stderr


def _visible(shown: str) -> str:
    """What is seen of it: without colours."""
    from rich.text import Text

    return Text.from_ansi(shown).plain


def _in_a_terminal(course: Course, lines: int) -> str:
    """What `kata solution 90` writes to a terminal of 120 columns, its pager marking that it was called."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 120, 0, 0))
    pager = course.root / "pager.sh"
    pager.write_text("#!/bin/sh\necho PAGED\nexec cat\n")
    pager.chmod(0o755)
    variables = {
        **os.environ,
        "KATA_LANG": "en",
        "PAGER": str(pager),
        "XDG_CACHE_HOME": str(course.home),
        "TERM": "xterm",
    }
    for name in ("COLUMNS", "LINES"):
        variables.pop(name, None)
    line = [sys.executable, "-m", "grader.cli", "solution", "90"]
    process = subprocess.Popen(line, cwd=course.root, env=variables, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert process.wait(60) == 0, shown
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the other end is closed
        return b""
