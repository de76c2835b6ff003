"""The full screen, driven by its keys: what it shows after a save, and what each key does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from grader import progress
from grader.watch import place
from grader.watch.app import WatchApp
from grader.watch.screens import Question
from grader.watch.session import Session
from tests.course_copy import Course
from tests.sandbox.processes import are_gone, descendants
from tests.test_plugin import ADDS_TWO, ANSWER
from tests.watch.conftest import until

LOOP = "while True:\n    pass\n"
WIDE, SMALL = (120, 30), (40, 12)


class Driven:
    """The program in a terminal that is none."""

    def __init__(self, app: WatchApp, pilot: Pilot[None], course: Course) -> None:
        self.app, self.pilot, self.course = app, pilot, course

    @property
    def text(self) -> str:
        """What is on the screen now."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)

    async def see(self, *words: str) -> None:
        """Wait until all of them are on the screen."""
        try:
            await until(lambda: all(word in self.text for word in words), lambda: self.pilot.pause(0.01))
        except AssertionError:
            raise AssertionError(f"not seen: {words}\n{self.text}") from None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def save(self, code: str, name: str = "90_double") -> None:
        """As editors do: another file, renamed."""
        file = self.course.root / "exercises" / name / f"{name[3:]}.py"
        beside = file.with_name(".saving")
        beside.write_text(code, "utf-8")
        os.replace(beside, file)


def drive(
    course: Course, steps: Callable[[Driven], Awaitable[None]], size: tuple[int, int] = WIDE, start: str = "", language: str = "en"
) -> None:  # fmt: skip
    before = descendants()

    async def main() -> None:
        box: list[WatchApp] = []
        session = Session(course.root, start, language, lambda: box[0].refresh_all())
        box.append(WatchApp(session))
        async with box[0].run_test(size=size) as pilot:
            await steps(Driven(box[0], pilot, course))

    asyncio.run(main())
    assert are_gone(descendants() - before), "something was left running"


def test_a_save_is_graded_and_a_passing_one_does_not_jump_ahead(course: Course) -> None:
    """Untouched, wrong, right: the place to begin; fact, numbers, mistake; what is next. The exercise stays the same."""

    async def steps(it: Driven) -> None:
        await it.see("Nothing is written yet. Begin at exercises/90_double/double.py:6", "0/20 points", "0 of 2 passed")
        it.save(ADDS_TWO)
        await it.see("✘ 90.1 Twice a small number.  4/8", "got 5, expected 6", "yours  reference", "5          6 ≠")
        await it.see("Recognised: adds_two", "Look at double.py:1", "4/20 points", "20 %", "Try:  double(3.0)")
        it.save(ANSWER)
        await it.see("✔ Every check passes.", "Next: 91 · Once more. n goes there.", "20/20 points", "3 passed")
        await it.see("90 · Twice as much", "1 of 2 passed")
        assert "Recognised" not in it.text
        assert it.app.session.exercise.name == "90_double"
        await it.press("n")
        await it.see("91 · Once more", "Nothing is written yet")

    drive(course, steps)
    assert progress.read(course.root)["90_double"].passed
    assert place.remembered(course.root) == "91_triple"


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


def test_hints_come_one_by_one_and_are_remembered(course: Course) -> None:
    async def steps(it: Driven) -> None:
        await it.see("0/20 points")
        await it.press("h")
        await it.see("1. What is twice three?", "h the next hint")
        assert "Multiply." not in it.text
        await it.press("h", "h", "h")
        await it.see("2. Multiply.", "3. By two.")
        assert "the next hint" not in it.text
        await it.see("No further hint", "arrows scroll", "Esc close")

    drive(course, steps)
    assert progress.read(course.root)["90_double"].hint == 3


def test_the_source_of_a_visible_check_is_shown_and_of_a_hidden_one_is_not(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("Recognised")
        await it.press("s")
        await it.see("exercises/90_double/test_double.py:", "def test_a_small_number(submission, reference, x):")
        await it.press("escape", "right")
        await it.see("✘ 90.2 Twice every element")
        await it.press("s")
        await it.see("90.2 is a hidden check: its source is not shown.")
        assert "def test" not in it.text

    drive(course, steps)


def test_the_values_of_a_failing_visible_check_are_shown_and_of_a_hidden_one_are_not(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("got 5, expected 6")
        await it.press("v")
        await it.see("→  result  5      6          -1")
        await it.press("escape", "right", "v")
        await it.see("90.2 has no values to compare: a visible check has them that does not pass")

    drive(course, steps)


def test_our_solution_opens_when_every_check_passes(course: Course) -> None:
    """Closed before; then ours beside the learner's, in columns, in the language of the screen."""

    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("Recognised")
        await it.press("o")
        await it.see("Our solution opens when every check passes.")
        assert "return 2 * x" not in it.text
        await it.press("escape")
        it.save(ANSWER)
        await it.see("✔ Every check passes.", "o shows our solution beside yours.", "o ours")
        await it.press("o")
        await it.see("── Ours · double", "│ ── Yours · double", "    return 2 * x", "│     return x + x")
        await it.press("escape", "t", "o")
        await it.see("── La nuestra · double", "│ ── La tuya · double")

    drive(course, steps)


def test_in_a_learners_course_somebody_else_has_the_solution(course: Course) -> None:
    course.solutions.rename(course.root / "elsewhere")

    async def steps(it: Driven) -> None:
        it.save(ANSWER)
        await it.see("✔ Every check passes.")
        assert "o shows our solution" not in it.text
        await it.press("o")
        await it.see("your instructor has it.")

    drive(course, steps)


def test_reset_asks_first_and_keeps_the_file(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ANSWER)
        await it.see("✔ Every check passes.")
        await it.press("x")
        await it.see("Put the original double.py back? Yours will be kept as double.")
        await it.press("n")
        assert (course.exercise / "double.py").read_text() == ANSWER
        await it.press("x", "y")
        await it.see("Nothing is written yet")

    drive(course, steps)
    assert [file.read_text() for file in course.exercise.glob("*.backup")] == [ANSWER]


def test_the_language_changes_while_it_runs(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("Recognised: adds_two", "got 5, expected 6")
        await it.press("t")
        await it.see("90 · El doble", "4/20 puntos", "Reconocido: adds_two - suma dos", "tuyo  referencia", "h pista")
        await it.press("question_mark")
        await it.see("una pista, de vaga a concreta", "Izquierda y derecha eligen otra comprobación")

    drive(course, steps)


def test_in_a_small_window_what_is_wrong_comes_first(course: Course) -> None:
    """40 x 12: no list beside it, the message from its first line, every key on one line; the list opens on a key."""

    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("90 · Twice as much         4/20 points", "✘ 90.1 Twice a small number.  4/8", "got 5, expected 6")
        assert it.text.splitlines()[-1].split() == [*"hnplsvortxq", "?", "help"]
        assert all(len(line) <= 40 for line in it.text.splitlines())
        await it.press("l", "down", "enter")
        await it.see("91 · Once more")

    drive(course, steps, SMALL)


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


def test_it_begins_where_it_was_left_else_with_what_is_next(course: Course) -> None:
    async def at_91(it: Driven) -> None:
        await it.see("91 · Once more")

    (course.root / progress.FILE).write_text("2026-03-01 90_double 20/20\n")
    drive(course, at_91)
    place.remember(course.root, "90_double")

    async def at_90(it: Driven) -> None:
        await it.see("90 · Twice as much")

    drive(course, at_90)
    drive(course, at_91, start="91")


def test_a_check_that_its_author_changes_is_read_anew(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ANSWER)
        await it.see("✔ Every check passes.")
        file = course.exercise / "test_double.py"
        file.write_text(file.read_text().replace("Twice a small number.", "Twice a tiny number."))
        await it.see("90.1 Twice a tiny number.")

    drive(course, steps)


def test_over_an_open_page_a_save_is_told_and_the_keys_work(course: Course) -> None:
    """Whoever reads a hint and saves sees the new score above it; v, s, h and n need no Escape before."""

    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("Recognised")
        await it.press("h")
        await it.see("1. What is twice three?", "4/20 points")
        it.save(ANSWER)
        await it.see("1. What is twice three?", "20/20 points")
        await it.press("s")
        await it.see("exercises/90_double/test_double.py:", "20/20 points", "Esc close")
        assert "twice three" not in it.text
        await it.press("n")
        await it.see("91 · Once more", "Nothing is written yet")

    drive(course, steps)


def test_messages_name_keys_and_not_commands_of_a_terminal(course: Course) -> None:
    async def steps(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("Reconocido", "Pista: con h, de vaga a concreta", "2 fallan")
        assert "kata hint" not in it.text

    drive(course, steps, language="es")


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


def test_the_values_fill_the_width_that_there_is(course: Course) -> None:
    """In a narrow window the differences are left out before a number is broken."""
    file = course.exercise / "test_double.py"
    file.write_text(file.read_text().replace("[2.0, 3.0]", "[np.arange(3) / 7]").replace("import pytest", "import numpy as np\nimport pytest"))
    file.with_name("references.py").write_text("def twice(x):\n    return x + x\n")

    async def wide(it: Driven) -> None:
        it.save(ADDS_TWO)
        await it.see("✘ 90.1")
        await it.press("v")
        await it.see("result  [2, 2.143, 2.286]  [0, 0.2857, 0.5714]  +2 at [0]")

    async def narrow(it: Driven) -> None:
        await it.see("✘ 90.1")
        await it.press("v")
        await it.see("result  [2, 2.143,       [0, 0.2857,")

    drive(course, wide, (80, 24))
    drive(course, narrow, (50, 15))
