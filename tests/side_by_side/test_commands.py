"""`kata trace` and `kata show` as a learner types them, in a copy of the toy course."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.cli import main, tools
from grader.cli.show import _can_be_drawn
from grader.cli.tools import console
from grader.errors import KataError
from grader.judge.cache import ValueCache
from grader.sandbox.warm import FencedWorkers
from tests.course_copy import Course, copy_to
from tests.side_by_side.test_pictures import png
from tests.test_plugin import ADDS_TWO, ANSWER

SECRET = "4242.25"
VISIBLE = '''
import numpy as np
from grader.checks import close_to, points

@points({points}, id="90.1", about="double")
def test_numbers(submission, reference):
    """Twice some numbers."""
    numbers = np.array([{numbers}])
    assert submission.run("doubled", numbers) == close_to(reference.run("twice", numbers), call="double(numbers)")
'''
LOOP = "def double(x):\n    while True: pass\n"
RAISES = "def double(x):\n    raise KeyError('no [red]key[/]')\n"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


Kata = Callable[..., Done]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The toy course, whose visible check compares an array, and whose hidden one a number that nobody may see."""
    made = copy_to(tmp_path)
    (made.exercise / "test_double.py").write_text(VISIBLE.format(points=8, numbers="1.0, 2.0, 4.0"))
    hidden = VISIBLE.format(points=8, numbers=SECRET).replace('"90.1"', '"90.2"').replace("test_numbers", "test_secret")
    (made.solutions / "test_double_hidden.py").write_text(hidden)
    deadline(made, 30)
    return made


def deadline(course: Course, seconds: int) -> None:
    file = course.exercise / "exercise.toml"
    file.write_text(re.sub(r"deadline = \d+", f"deadline = {seconds}", file.read_text("utf-8")), "utf-8")


@pytest.fixture
def kata(
    course: Course, source: FencedWorkers, cache: ValueCache, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Kata:  # fmt: skip
    """The command in this process, with the workers that all tests share."""

    @contextmanager
    def shared() -> Iterator[tuple[FencedWorkers, ValueCache]]:
        yield source, cache

    monkeypatch.setattr(tools, "workshop", shared)
    monkeypatch.setattr(tools, "to_stderr", lambda text: None)  # it comes only where a machine is slow
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*line: str, language: str = "en") -> Done:
        monkeypatch.setenv("KATA_LANG", language)
        monkeypatch.setattr("sys.argv", ["kata", *line])
        capsys.readouterr()
        try:
            code = main()
        except SystemExit as end:
            code = end.code
        return Done(code, *capsys.readouterr())

    return run


STILL_RUNNING = {  # what is said after two seconds, which a busy machine may take
    "en": "Still running the checks of 90 ...\n",
    "es": "Las comprobaciones de 90 siguen en marcha ...\n",
}


def test_the_table_in_both_languages_and_one_check_by_its_id(course: Course) -> None:
    course.write(ADDS_TWO)
    english = course.run("kata", "trace", "90")
    assert english.returncode == 0
    assert english.stderr in ("", STILL_RUNNING["en"])
    assert [line.rstrip() for line in english.stdout.splitlines()] == [
        "90 · Twice as much",
        "",
        "✘ 90.1 Twice some numbers.",
        "",
        "     value   yours      reference  difference",
        "  →  result  [3, 4, 6]  [2, 4, 8]  -2 at [2]",
        "  → the first that differs",
        "  Try:  double(numbers)",
        "  Drawn: kata show 90 90.1",
    ]
    spanish = course.run("kata", "trace", "90", "90.1", language="es").stdout
    assert "  →  resultado  [3, 4, 6]  [2, 4, 8]   -2 en [2]" in spanish


def test_the_drawing_and_the_image(course: Course, kata: Kata) -> None:
    course.write(ADDS_TWO)
    drawn = kata("show", "90", language="es")
    assert "│ +1 │ 0 │ -2 │" in drawn.stdout
    assert "La mayor diferencia: -2 en [2]" in drawn.stdout
    image = kata("show", "90", "90.1", "--image", "a.png")
    assert (image.returncode, image.stdout) == (0, "The picture of 90.1 is in a.png\n"), image.stderr
    assert min(png(course.root / "a.png")) > 300


def test_hidden_values_are_never_shown(course: Course, kata: Kata) -> None:
    """Neither by name nor in passing, also in the author's own course, where the hidden checks lie beside."""
    course.write(ADDS_TWO)
    for command in ("trace", "show"):
        everything = kata(command, "90")
        named = kata(command, "90", "90.2")
        assert named.returncode == 2
        assert named.stderr == "kata: There is no visible check 90.2, and no others are shown. There are: 90.1.\n"
        said = everything.stdout + everything.stderr + named.stdout + named.stderr
        assert "secret" not in said and "4242" not in said and "8484" not in said
    assert "No hay ninguna comprobación visible x" in kata("show", "90", "x", language="es").stderr


@pytest.mark.parametrize(
    ("code", "english", "spanish"),
    [
        (LOOP, "no answer within 1 s: is there a loop", "sin respuesta en 1 s: ¿hay un bucle"),
        (RAISES, "    the code raised KeyError\n        'no [red]key[/]'", "el código lanzó KeyError"),
        (None, "still to write: 90.1 twice x", "por escribir: 90.1 twice x"),
        ("def double(x:", "Python cannot read the file", "Python no puede leer el archivo"),
    ],
    ids=["a loop", "an exception", "the stub", "no Python"],
)
def test_without_values_what_happened_is_said(course: Course, kata: Kata, code: str | None, english: str, spanish: str) -> None:
    """In place of a table and of a drawing, and never as a traceback."""
    if code is not None:
        course.write(code)
    deadline(course, 1 if code == LOOP else 30)
    for command, language, words in (("trace", "en", english), ("show", "es", spanish)):
        done = kata(command, "90", language=language)
        assert done.returncode == 0
        assert words in "\n".join(line.rstrip() for line in done.stdout.splitlines())
        assert done.stderr in ("", STILL_RUNNING[language])
    (course.root / "a.png").unlink(missing_ok=True)
    assert kata("show", "90", "--image", "a.png").returncode == 1
    assert not (course.root / "a.png").exists()


def test_what_is_the_same_in_every_check_is_said_once(course: Course, kata: Kata) -> None:
    """A file that Python cannot read: each check has its line, and the reason stands below the first."""
    file = course.exercise / "test_double.py"
    one = file.read_text("utf-8")
    file.write_text(one + one.replace("90.1", "90.6").replace("test_numbers", "test_more"), "utf-8")
    course.write("def double(x:")
    said = kata("trace", "90").stdout
    assert "✘ 90.1" in said and "✘ 90.6" in said
    assert said.count("Python cannot read the file") == said.count("Look at double.py:1") == 1
    assert "Case:" not in said


def test_a_command_that_takes_long_says_that_it_is_at_work(course: Course, kata: Kata, monkeypatch: pytest.MonkeyPatch) -> None:
    """First of the checks, then of the known mistakes; on standard error, in the learner's language."""
    said: list[str] = []

    @contextmanager
    def slow(text: str, write: Callable[[str], object]) -> Iterator[None]:
        write(text)
        yield

    monkeypatch.setattr(tools, "saying_if_slow", slow)
    monkeypatch.setattr(tools, "to_stderr", said.append)
    course.write(ADDS_TWO)
    assert kata("check", "90").returncode == 1
    assert [text.partition(".")[0] for text in said] == ["Still running the checks of 90 ", "Comparing with known mistakes"]
    kata("trace", "90", language="es")
    assert said[2:] == ["Las comprobaciones de 90 siguen en marcha ..."]


def test_where_nothing_differs_it_says_so_and_draws_a_named_check_all_the_same(course: Course, kata: Kata) -> None:
    course.write(ANSWER)
    assert kata("show", "90").stdout.startswith("Every visible check passes: nothing differs.")
    assert "│ 0 │ 0 │ 0 │" in kata("show", "90", "90.1").stdout
    assert "✔ 90.1" in kata("trace", "90").stdout


def test_a_name_that_is_no_png_is_refused_before_anything_is_run(course: Course, kata: Kata) -> None:
    done = kata("show", "90", "--image", "exercises/90_double/double.py", language="es")
    assert done.returncode == 2
    assert "tiene que acabar en .png" in done.stderr
    assert "raise NotImplementedError" in (course.exercise / "double.py").read_text()


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for language, words in (("en", "Install it with: pip install 'gradkata[pictures]'"), ("es", "gradkata[pictures]")):
        monkeypatch.setenv("KATA_LANG", language)
        with pytest.raises(KataError) as problem:
            _can_be_drawn(Path("a.png"))
        assert words in str(problem.value)
        assert str(problem.value).startswith("matplotlib")


def test_colours_are_for_terminals_and_not_with_no_color(
    course: Course, kata: Kata, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course.write(ADDS_TWO)
    assert "\x1b" not in kata("trace", "90").stdout
    assert "\x1b" not in kata("show", "90").stdout
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    console().print("x", style="red")
    monkeypatch.setenv("NO_COLOR", "1")
    console().print("x", style="red")
    assert capsys.readouterr().out == "\x1b[31mx\x1b[0m\nx\n"
