"""The full screen, driven by its keys: what it shows after a save, and what each key does."""

from __future__ import annotations

from grader import progress
from grader.watch import place
from tests.course_copy import Course
from tests.test_plugin import ADDS_TWO, ANSWER
from tests.watch.driven import SMALL, Driven, drive


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
