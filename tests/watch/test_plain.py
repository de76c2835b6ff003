"""Watch mode in lines: what a screen reader says, word for word, and the commands that are typed."""

from __future__ import annotations

import os
import subprocess
import sys

from grader import progress
from tests.course_copy import Course
from tests.test_plugin import ADDS_TWO, ANSWER

BEGIN = (
    "Watch mode in lines. Your file is graded each time you save it. "
    "Type h for a hint, n for the next exercise, q to quit, ? for all commands.\n\n90 · Twice as much\n"
)
WRONG = """\
✘ 90.1 Twice a small number.  4/8
    got 5, expected 6
    Look at double.py:1  double
    Try:  double(3.0)
      yours  reference
          5          6 ≠
    Recognised: adds_two - adds two
        2 + 2 is 2 * 2; what about 3?
    Hint: with h, from vague to concrete
2 failed, 1 waiting
4/20 points
"""


def typed(course: Course, *commands: str, language: str = "en") -> str:
    """What `kata watch --plain` says to these commands; no error, nothing that moves a cursor."""
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", "watch", "--plain"], cwd=course.root, text=True, capture_output=True,
        input="".join(f"{command}\n" for command in commands), timeout=120, env={**os.environ, "KATA_LANG": language},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    return done.stdout


def test_a_verdict_is_told_once_line_by_line(course: Course) -> None:
    """The failure as soon as it is known; then what was recognised; then the score. At the commands' end it ends."""
    course.write(ADDS_TWO)
    assert typed(course) == BEGIN + WRONG


def test_in_spanish(course: Course) -> None:
    course.write(ANSWER)
    said = typed(course, "ayuda", language="es")
    assert "90 · El doble\n" in said
    assert "h, pista: una pista, de vaga a concreta\n" in said
    assert "No hay ninguna orden" not in said
    assert said.endswith(
        "✔ Pasan todas las comprobaciones.\nCon o ves nuestra solución junto a la tuya.\nSiguiente: 91 · El doble. Con n vas ahí.\n3 bien\n20/20 puntos\n"
    )


def test_commands_are_letters_or_words_of_either_language(course: Course) -> None:
    said = typed(course, "h", "hint", "PISTA", "h", "l", "77", "nonsense", "t", "n")
    assert said.count("What is twice three?") == 1
    assert said.count("Multiply.") == 1
    assert said.count("By two.") == 2  # there is no fourth
    assert "  91 Once more (to begin)\n" in said
    assert "No exercise begins with `77`. There are: 90_double, 91_triple." in said
    assert "There is no command `nonsense`. There are these, by letter or name," in said
    assert "x, reset: the original file back in its place; yours is kept as a backup\n" in said
    assert "Modo de vigilancia en líneas." in said
    assert said.rstrip().endswith("0/20 puntos")
    assert progress.read(course.root)["90_double"].hint == 3


def test_reset_asks_and_only_a_yes_is_one(course: Course) -> None:
    course.write(ANSWER)
    assert "Nothing was changed.\n" in typed(course, "x", "perhaps")
    assert (course.exercise / "double.py").read_text() == ANSWER
    assert "double.py is the original again; yours is double." in typed(course, "x", "yes")
    assert [file.read_text() for file in course.exercise.glob("*.backup")] == [ANSWER]


def test_where_the_file_is_gone_nothing_is_promised_to_be_kept(course: Course) -> None:
    (course.exercise / "double.py").unlink()
    said = typed(course, "x", "sí", language="es")
    assert "double.py no está. ¿Ponerlo de nuevo, tal como se entregó?\ns sí   n no\n" in said
    assert "double.py está de nuevo en su sitio, tal como se entregó.\n" in said
    assert not list(course.exercise.glob("*.backup"))


def test_what_a_learner_prints_is_no_escape_sequence(course: Course) -> None:
    course.write("print('\\x1b[2J\\x07 twice'); print('twice')\ndef double(x): return '\\x1b]0;title\\x07'\n")
    said = typed(course)
    assert "    \ufffd[2J\ufffd twice\n    twice\n" in said


def test_the_solution_is_told_once_every_check_passes(course: Course) -> None:
    """Before that it is closed; the word works as the letter does; one stands below the other."""
    course.write(ANSWER)
    with subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "watch", "--plain"], cwd=course.root, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "KATA_LANG": "en"},
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        while process.stdout.readline() != "20/20 points\n":
            assert process.poll() is None
        said, _ = process.communicate("ours\nq\n", timeout=60)
    assert said.startswith("── Ours · double\ndef double(x):\n")
    assert "\n── Yours · double\ndef double(x):\n" in said
    course.write(ADDS_TWO)
    assert "Our solution opens when every check passes.\n" in typed(course, "o")
