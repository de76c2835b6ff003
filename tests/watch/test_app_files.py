"""Watch mode and the files it reads: the learner's in every state, and those of the course."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.watch.screens import Question
from tests.course_copy import Course
from tests.test_plugin import ADDS_TWO, ANSWER
from tests.watch.driven import LOOP, Driven, drive


def test_an_endless_loop_blocks_neither_screen_nor_the_next_save(course: Course) -> None:
    """Its deadline is 100 s; keys work meanwhile, and the mended file's verdict comes without waiting for it."""

    async def steps(it: Driven) -> None:
        it.save(LOOP)
        await it.see("running 90.1 ", "3 to go")
        await it.press("l")
        await it.see("90 Twice as much (begun)", "91 Once more (to begin)")
        await it.press("escape", "h")
        await it.see("1. What is twice three?")
        await it.press("escape")
        it.save(ANSWER)
        await it.see("✔ Every check passes.")

    drive(course, steps)


def test_a_learners_text_is_text(course: Course) -> None:
    """Markup and escape sequences, printed or raised, neither colour anything nor move anything."""
    code = 'print("[red]printed[/red]\\x1b[2J" + "x" * 1_000_000)\ndef double(x): raise ValueError("[link=x]raised[/] \\x1b[2J")\n'

    async def steps(it: Driven) -> None:
        it.save(code)
        await it.see("[link=x]raised[/] \ufffd[2J", "[red]printed[/red]\ufffd[2Jxxx")
        assert "\x1b" not in it.text

    drive(course, steps)


def test_a_file_that_cannot_be_run_is_a_sentence(course: Course) -> None:
    """Removed, replaced by a folder, no text, no Python, a process that leaves; and then it is mended."""
    file = course.exercise / "double.py"
    ruins: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: file.write_bytes(b"\xff\xfe\0"), ["Python cannot read the file"]),
        (lambda: file.write_text("def double(x:\n"), ["Python cannot read the file", "double.py:1"]),
        (lambda: file.write_text("import os\nos._exit(3)\n"), ["the process was left with exit code 3"]),
        (lambda: file.unlink(), ["there is no file double.py"]),
        (lambda: file.mkdir(), ["double.py cannot be graded", "hand in the file itself"]),
    ]

    async def steps(it: Driven) -> None:
        for ruin, words in ruins:
            ruin()
            await it.see(*words)
        file.rmdir()
        it.save(ANSWER)
        await it.see("✔ Every check passes.")

    drive(course, steps)


def test_saving_another_exercises_file_goes_there_and_many_at_once_go_nowhere(course: Course) -> None:
    async def steps(it: Driven) -> None:
        await it.see("0/20 points")
        it.save(ADDS_TWO, "91_triple")
        await it.see("91 · Once more", "4/20 points")
        it.save(ANSWER)
        it.save(ANSWER, "91_triple")
        await it.see("91 · Once more", "Every check passes")

    drive(course, steps)


def test_a_check_that_its_author_changes_is_read_anew(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ANSWER)
        await it.see("✔ Every check passes.")
        file = course.exercise / "test_double.py"
        file.write_text(file.read_text().replace("Twice a small number.", "Twice a tiny number."))
        await it.see("90.1 Twice a tiny number.")

    drive(course, steps)


def test_a_file_that_is_gone_comes_back_by_a_key(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is promised to be kept where there is nothing; a renamed file is named; over a folder nothing is put."""
    monkeypatch.setenv("KATA_LANG", "es")

    async def steps(it: Driven) -> None:
        await it.see("0/20")
        (course.root / "exercises" / "90_double" / "double.py").unlink()
        await it.see("no existe el archivo double.py", "Con x vuelve el archivo original.")
        await it.press("x")
        await it.see("double.py no está. ¿Ponerlo de nuevo, tal como se entregó?")
        await it.press("s")
        await it.see("Todavía no hay nada escrito")
        file = course.exercise / "double.py"
        file.rename(file.with_name("doble.py"))
        await it.see("En esa carpeta está doble.py. Si es el tuyo, dale el nombre double.py.")
        file.mkdir()
        await it.see("double.py es una carpeta")
        await it.press("x")
        assert not isinstance(it.app.screen, Question), "there is nothing to ask"

    drive(course, steps, language="es")


def test_what_is_wrong_with_the_course_is_said_in_the_language_chosen_last(course: Course) -> None:
    """The process that grades was started in another. The course is a learner's."""
    (course.exercise / ".original").mkdir()
    course.solutions.rename(course.root / "elsewhere")

    async def steps(it: Driven) -> None:
        await it.see("0/8 points")
        await it.press("t")
        (course.exercise / "test_double.py").write_text("")
        await it.see("tómalo")  # del material que recibiste

    drive(course, steps)
