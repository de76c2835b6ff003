"""Messages: every finding word for word in both languages; learners' text made harmless; hidden checks keep still."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from grader.judge.message import clean, definition, explain
from grader.model import Check, Exercise, Finding, Misconception

TITLE = {"en": "Twice a number.", "es": "El doble de un número."}
SOURCE = b"""import numpy as np


class Box:
    def get(self):
        return 1


def double(x):
    return 3 * x
"""
ERROR = {"class": "KeyError", "text": "'a'", "line": 10, "file": "double.py", "missing": None, "owner": ""}

# kind, facts, English, Spanish: what stands between the title and the place
GOLDEN = [
    ("type", {"got": "list", "expected": "tuple"}, "the type is list, expected tuple",
     "el tipo es list y se esperaba tuple"),
    ("length", {"got": 2, "expected": 3}, "its length is 2, expected 3",
     "su longitud es 2 y se esperaba 3"),
    ("length", {"got": 0, "expected": 3, "all_got": "()", "all_expected": "(1, 2, 3)"}, "got (), expected (1, 2, 3)",
     "da () y se esperaba (1, 2, 3)"),
    ("keys", {"got": "['a']", "expected": "['b']"}, "the keys are ['a'], expected ['b']",
     "las claves son ['a'] y se esperaban ['b']"),
    ("dtype", {"got": "float32", "expected": "float64"}, "the dtype is float32, expected float64",
     "el dtype es float32 y se esperaba float64"),
    ("shape", {"got": "(2,)", "expected": "(3,)"}, "the shape is (2,), expected (3,)",
     "la forma es (2,) y se esperaba (3,)"),
    ("value", {"got": "1", "expected": "2"}, "got 1, expected 2", "da 1 y se esperaba 2"),
    ("number", {"got": "1", "expected": "2", "index": "", "count": 1, "total": 1}, "got 1, expected 2",
     "da 1 y se esperaba 2"),
    ("values", {"got": "1", "expected": "2", "index": "[0]", "count": 1, "total": 2, "all_got": "[1, 5]",
                "all_expected": "[2, 5]"},
     "1 of 2 numbers differs, at [0]: got 1, expected 2\ngot       [1, 5]\nexpected  [2, 5]",
     "difiere 1 de 2 números, en [0]: da 1 y se esperaba 2\nda          [1, 5]\nse esperaba [2, 5]"),
    ("values", {"got": "1", "expected": "2", "index": "[0]", "count": 2, "total": 7},
     "2 of 7 numbers differ, most at [0]: got 1, expected 2",
     "difieren 2 de 7 números; el que más, en [0]: da 1 y se esperaba 2"),
    ("values", {"got": "1", "expected": "2", "index": "[0]", "count": 1, "total": 1, "all_got": "[1]",
                "all_expected": "[2]"}, "got 1, expected 2", "da 1 y se esperaba 2"),
    ("not_finite", {"got": "nan", "expected": "2", "index": "[1]", "count": 1, "total": 8},
     "1 of 8 numbers differs: at [1] it is nan, expected 2",
     "difiere 1 de 8 números: en [1] da nan y se esperaba 2"),
    ("not_finite", {"got": "nan", "expected": "2", "index": "[0, 1]", "count": 3, "total": 8},
     "3 of 8 numbers differ, and at [0, 1] it is nan, expected 2",
     "difieren 3 de 8 números, y en [0, 1] da nan y se esperaba 2"),
    ("not_raised", {"got": "1.5", "got_type": "float", "expected": "ValueError"}, "no ValueError was raised; got 1.5",
     "no se lanzó ValueError; dio 1.5"),
    ("not_raised", {"got": "None", "got_type": "None", "expected": "ValueError"}, "no ValueError was raised",
     "no se lanzó ValueError"),
    ("raised_other", {**ERROR, "got": "KeyError", "expected": "ValueError"},
     "KeyError was raised, expected ValueError\n    'a'",
     "se lanzó KeyError y se esperaba ValueError\n    'a'"),
    ("raised_without", {**ERROR, "missing": "lr", "expected": "KeyError"},
     "the message of KeyError does not contain: lr\n    'a'", "el mensaje de KeyError no contiene: lr\n    'a'"),
    ("fact", {}, "this does not hold yet", "esto todavía no se cumple"),
    ("odd_result", {}, "the result has another form than this check expects",
     "el resultado tiene otra forma que la que espera esta comprobación"),
    ("error", {**ERROR, "class": "EOFError", "text": "EOF when reading a line"},
     "the code raised EOFError\n    EOF when reading a line\nNobody can type an answer here. To stop in a breakpoint(): "
     "pytest exercises/90 --in-process -s",
     "el código lanzó EOFError\n    EOF when reading a line\nAquí nadie puede teclear una respuesta. Para parar en un "
     "breakpoint(): pytest exercises/90 --in-process -s"),
    ("error", {**ERROR, "class": "BdbQuit", "text": ""},
     "the code raised BdbQuit\nNobody can type an answer here. To stop in a breakpoint(): pytest exercises/90 --in-process -s",
     "el código lanzó BdbQuit\nAquí nadie puede teclear una respuesta. Para parar en un breakpoint(): "
     "pytest exercises/90 --in-process -s"),
    ("no_module", {**ERROR, "class": "ModuleNotFoundError", "text": "No module named 'pandas'", "module": "pandas"},
     "there is no `pandas` where your file is checked, only numpy and Python's own library. Does the task need it? "
     'What only your own tries need goes below: if __name__ == "__main__":',
     "donde se comprueba tu archivo no hay `pandas`, solo numpy y la biblioteca de Python. ¿Lo necesita la tarea? "
     'Lo que solo necesitan tus propias pruebas va debajo de: if __name__ == "__main__":'),
    ("error", ERROR,
     "the code raised KeyError\n    'a'\nThat dict has no key 'a': a typing error, or has it to be kept before?",
     "el código lanzó KeyError\n    'a'\nEse diccionario no tiene la clave 'a': ¿una errata, o falta guardarla antes?"),
    ("error", {**ERROR, "class": "Exception", "text": "no"}, "the code raised Exception\n    no",
     "el código lanzó Exception\n    no"),
    ("no_name", {**ERROR, "missing": "double"}, "double.py does not define `double`", "double.py no define `double`"),
    ("no_name", {**ERROR, "missing": "Doubles"},
     "double.py does not define `Doubles`\nWhat looks most like it there is `double`, in line 9.",
     "double.py no define `Doubles`\nLo que más se le parece ahí es `double`, en la línea 9."),
    ("no_attribute", {**ERROR, "owner": "NoneType", "missing": "step"},
     "there should be something with `step`, and there is a None: a function without `return`?",
     "debería haber algo con `step` y hay un None: ¿una función sin `return`?"),
    ("no_attribute", {**ERROR, "owner": "Adam", "missing": "step"}, "`Adam` has no attribute `step`",
     "`Adam` no tiene el atributo `step`"),
    ("syntax", {**ERROR, "text": "expected ':'"},
     "Python cannot read the file: expected ':'\n"
     "The `:` is missing that ends the lines of def, class, if, else, for, while, with and try.",
     "Python no puede leer el archivo: expected ':'\n"
     "Falta el `:` con el que acaban las líneas de def, class, if, else, for, while, with y try."),
    ("syntax", {**ERROR, "text": "a new one"}, "Python cannot read the file: a new one",
     "Python no puede leer el archivo: a new one"),
    ("timeout", {"seconds": 10.0}, "no answer within 10 s: is there a loop that never ends?",
     "sin respuesta en 10 s: ¿hay un bucle que no termina?"),
    ("not_reached", {"seconds": 120.0}, "not reached: the submission had 120 s in all",
     "no se llegó hasta aquí: la entrega tenía 120 s en total"),
    ("memory", ERROR, "it needed more memory than there is for it", "necesitó más memoria de la que tiene"),
    ("died_by_signal", {"signal": 11, "code": 0}, "the process was ended by SIGSEGV", "el proceso terminó por SIGSEGV"),
    ("died_by_signal", {"signal": 99, "code": 0}, "the process was ended by 99", "el proceso terminó por 99"),
    ("left", {"signal": 0, "code": 3}, "the process was left with exit code 3 before it could answer",
     "el código dejó el proceso con el código de salida 3 antes de responder"),
    ("exit", {**ERROR, "class": "SystemExit"}, "the code left the process with SystemExit",
     "el código abandonó el proceso con SystemExit"),
    ("wrote_on_channel", {"signal": 0, "code": 0}, "the process sent something that is not an answer",
     "el proceso envió algo que no es una respuesta"),
    ("forbidden", {**ERROR, "text": "torch"},
     "this exercise is about building what `torch` has; here it may not be used",
     "este ejercicio consiste en construir lo que ya tiene `torch`; aquí no se puede usar"),
    ("not_attempted", {**ERROR, "text": "90.1 twice x"}, "still to write: 90.1 twice x", "por escribir: 90.1 twice x"),
    ("missing", {"file": "double.py", "text": ""}, "there is no file double.py", "no existe el archivo double.py"),
    ("refused", {"file": "double.py", "text": "cell 3"}, "double.py cannot be graded: cell 3",
     "double.py no se puede evaluar: cell 3"),
    ("waiting", {"id": "90.1"}, "waits for 90.1", "espera a 90.1"),
    ("broken", {"text": "ZeroDivisionError: "},
     "the grader is at fault here, not your code, and it costs you nothing: ZeroDivisionError:",
     "la culpa es del evaluador, no de tu código, y no te cuesta nada: ZeroDivisionError:"),
    ("not_utf8", {"text": "source code string cannot contain null bytes", "line": None},
     "Python cannot read the file: it is not in UTF-8, or holds NUL bytes. Save it as UTF-8 text in your editor.",
     "Python no puede leer el archivo: no está en UTF-8 o contiene bytes nulos. Guárdalo como texto UTF-8 en tu editor."),
    ("not_installed", {"package": "keras", "extra": "tensorflow"},
     "this cannot be run here, and it costs you nothing: keras is not installed. "
     "Install it with: pip install 'gradkata[tensorflow]'",
     "esto no se puede ejecutar aquí, y no te cuesta nada: keras no está instalado. "
     "Instálalo con: pip install 'gradkata[tensorflow]'"),
]  # fmt: skip


def check_with(visibility: str = "visible", about: str = "") -> Check:
    return Check("90.1", "test", TITLE, 4, visibility, about, (), (), lambda: None, ({},))


def said(
    kind: str, facts: dict[str, Any], toy: Exercise, language: str = "en", *,
    visibility: str = "visible", numbers: bool = True,
) -> str:  # fmt: skip
    """What the learner reads after the title."""
    exercise = dataclasses.replace(toy, hidden_numbers=numbers)
    text = explain(Finding(kind, facts), check_with(visibility), exercise, (), {"double.py": SOURCE}, language)
    title, _, rest = text.partition("\n")
    assert title == TITLE[language]
    return "\n".join(line[4:].rstrip() for line in rest.splitlines())


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("kind", "facts", "english", "spanish"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_every_finding_word_for_word(
    kind: str, facts: dict[str, Any], english: str, spanish: str, language: str, toy: Exercise
) -> None:
    """Errors of the learner's code end with the line of their file where it happened."""
    place = {"en": "\nLook at double.py:10  return 3 * x", "es": "\nMira double.py:10  return 3 * x"}
    expected = english if language == "en" else spanish
    assert said(kind, facts, toy, language) == expected + (place[language] if facts.get("line") else "")


def test_the_golden_texts_cover_every_finding_that_the_engine_makes() -> None:
    from tests.test_locale import finding_kinds

    assert {row[0] for row in GOLDEN} == finding_kinds()


def test_a_whole_message_has_its_parts_in_order(toy: Exercise) -> None:
    """Fact, call, what happened, misconceptions with one hint, place."""
    facts = {"where": "w", "call": "double(3)", "got": "1", "expected": "6", "index": "[0]", "count": 1, "total": 7}
    known = [
        Misconception("a", {"en": "adds two", "es": "suma dos"}, {"en": "Line 1\nline 2", "es": "Línea"}, 2),
        Misconception("b", {"en": "adds x", "es": "suma x"}, {"en": "Why?", "es": "¿Por qué?"}, 1),
    ]
    text = explain(Finding("values", facts), check_with(about="Box.get"), toy, known, {"double.py": SOURCE}, "en")
    assert text == (
        "Twice a number.\n"
        "    Try:  double(3)\n"
        "    w:  1 of 7 numbers differs, at [0]: got 1, expected 6\n"
        "    Recognised: a - adds two\n"
        "        Line 1\n"
        "        line 2\n"
        "    Recognised: b - adds x\n"
        "        Why?\n"
        "    Hint: kata hint 90 2\n"
        "    Look at double.py:5  Box.get"
    )


@pytest.mark.parametrize(("language", "look"), [("en", "Look at"), ("es", "Mira")])
def test_a_mistake_that_knows_its_method_says_where_to_look_and_else_the_check_does(
    toy: Exercise, language: str, look: str
) -> None:
    """A line from a traceback says more than either; two mistakes in two places leave it to the check."""

    def place(*abouts: str, kind: str = "fact", **facts: Any) -> str:
        texts = {"en": "t", "es": "t"}
        known = [Misconception(str(i), texts, texts, 1, about=about) for i, about in enumerate(abouts)]
        files = {"double.py": SOURCE}
        said = explain(Finding(kind, facts), check_with("hidden", "double"), toy, known, files, language)
        return said.splitlines()[-1].strip()

    assert place("Box.get") == place("Box.get", "Box.get") == f"{look} double.py:5  Box.get"
    assert place() == place("") == place("Box.get", "Box") == f"{look} double.py:9  double"
    assert place("Box.get", kind="error", **ERROR) == f"{look} double.py:10  return 3 * x"


NOT_AS_THE_TASK_SAYS = {
    "en": "It is called as the task says. Has one of its arguments another name or place, or is one missing (self too)?",
    "es": "Se llama como dice la tarea. ¿Tiene alguno de sus argumentos otro nombre u otro lugar, o falta alguno "
    "(también self)?",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_arguments_that_do_not_fit_lead_to_the_function_that_has_them(toy: Exercise, language: str) -> None:
    """Nothing of the learner's ran, so there is no line; Python's text names the function, and the check another."""

    def said(kind: str = "error", line: int | None = None, **facts: Any) -> list[str]:
        facts = {**ERROR, "class": "TypeError", "line": line, "expected": "ValueError", **facts}
        text = explain(Finding(kind, facts), check_with("visible", "double"), toy, (), {"double.py": SOURCE}, language)
        return [line.strip() for line in text.splitlines()[2:]]

    look = {"en": "Look at", "es": "Mira"}[language]
    unexpected = "Box.get() got an unexpected keyword argument 'x'"
    question = NOT_AS_THE_TASK_SAYS[language]
    assert said(text=unexpected) == [unexpected, question, f"{look} double.py:5  Box.get"]
    assert said("raised_other", got="TypeError", text=unexpected)[1:] == [question, f"{look} double.py:5  Box.get"]
    assert said(text="Box() takes no arguments")[1:] == [question, f"{look} double.py:4  Box"]
    elsewhere = [f"{look} double.py:9  double"]
    for other in ("int() argument must be a string", "Box.nothing() takes 1", "unsupported operand", ""):
        assert said(text=other)[-1:] == elsewhere
        assert question not in said(text=other)
    within = said(line=10, text=unexpected)
    assert (within[0], within[-1]) == (unexpected, f"{look} double.py:10  return 3 * x")
    assert question not in within
    assert question not in said(text=unexpected, **{"class": "ValueError"})


def test_what_a_class_lacks_is_missing_in_the_class(toy: Exercise) -> None:
    def place(owner: str) -> str:
        finding = Finding("no_attribute", {**ERROR, "line": None, "owner": owner, "missing": "put"})
        text = explain(finding, check_with("visible", "double"), toy, (), {"double.py": SOURCE}, "en")
        return text.splitlines()[-1].strip()

    assert place("Box") == "Look at double.py:4  Box"
    assert place("Other") == "Look at double.py:9  double"


def test_a_none_where_a_value_should_be_asks_for_the_return(toy: Exercise) -> None:
    nothing = {**ERROR, "class": "TypeError", "line": None, "text": "unsupported operand type(s) for +: 'NoneType' and 'T'"}
    english, spanish = "What your code gave back here is None: is a `return` missing?", "¿falta un `return`?"
    assert said("error", nothing, toy).splitlines()[-1] == english
    assert said("error", nothing, toy, "es").splitlines()[-1].endswith(spanish)
    assert said("no_attribute", {**nothing, "owner": "NoneType", "missing": "backward"}, toy).splitlines()[-1] == (
        "there should be something with `backward`, and there is a None: a function without `return`?"
    )
    assert english not in said("error", {**nothing, "line": 10}, toy), "there the learner's own line says more"
    assert english not in said("no_attribute", {**nothing, "owner": "Box", "missing": "backward"}, toy)


def test_a_case_that_cannot_be_said_in_short_is_not_said(toy: Exercise) -> None:
    assert said("fact", {"case": {"rows": [1, 2]}}, toy) == "this does not hold yet"


def test_a_check_that_passed_says_nothing(toy: Exercise) -> None:
    assert explain(None, check_with(), toy, (), {}, "en") == ""


HOSTILE = [
    ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
    ("\x1b]0;title\x07", "�]0;title�"),
    ("a\u202eb\u2066c\u200b\ufeff", "a�b�c��"),
    ("a\0b\r\b\x7f\x9b", "a�b����"),
    ("tab\tand\nline", "tab    and\nline"),
    ("\ud800", "�"),
    ("\u2028\u0085", "��"),
    ("{class} %s $HOME ñ 漢", "{class} %s $HOME ñ 漢"),
]


@pytest.mark.parametrize(("text", "harmless"), HOSTILE, ids=ascii)
def test_learners_text_cannot_command_a_terminal_or_turn_lines_around(text: str, harmless: str, toy: Exercise) -> None:
    assert clean(text) == harmless
    message = said("error", {**ERROR, "class": text, "text": text}, toy)
    assert harmless.splitlines()[0] in message
    assert all(c == "\n" or c.isprintable() for c in message)
    message.encode()


def test_colours_of_an_errors_text_are_left_out(toy: Exercise) -> None:
    """torch writes parts of its messages in bold, and what is left of that says nothing."""
    assert "    do trust it" in said("error", {**ERROR, "text": "do \x1b[1mtrust\x1b[0m it"}, toy).splitlines()
    assert "    �[2J�[31" in said("error", {**ERROR, "text": "\x1b[2J\x1b[31\nm"}, toy).splitlines()


def test_huge_text_is_cut_visibly(toy: Exercise) -> None:
    assert clean("x" * 1000) == "x" * 1000
    assert clean("x" * 1001) == "x" * 1000 + " […]"
    assert len(said("error", {**ERROR, "class": "C" * 10_000, "text": "t\n" * 100_000}, toy)) < 2500
    assert said("error", {**ERROR, "text": "t\n" * 50}, toy).count("    t\n") == 6


NUMBERS = {"got": "3.14", "expected": "2.72", "index": "[0]", "count": 1, "total": 2}
LISTS = {"all_got": "[3.14]", "all_expected": "[2.72]"}


@pytest.mark.parametrize("kind", ["value", "number", "values", "not_finite"])
def test_hidden_checks_show_numbers_only_where_the_exercise_allows_it(kind: str, toy: Exercise) -> None:
    facts = {**NUMBERS, **LISTS, "where": "step 2", "call": "double(3)"}
    kept = said(kind, facts, toy, visibility="hidden", numbers=False)
    assert kept == "step 2:  the result differs from the reference"
    shown = said(kind, facts, toy, visibility="hidden", numbers=True)
    assert "3.14" in shown
    assert "Try:" not in shown


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("error", {"text": "inputs are 0.3141"}),
        ("error", {"class": "E3_1415"}),
        ("error", {"text": "x" * 5000 + "31 41"}),
        ("raised_other", {"got": "E31", "expected": "ValueError"}),
        ("raised_without", {"text": "31", "missing": "lr", "expected": "ValueError"}),
        ("no_attribute", {"missing": "a31", "owner": "Adam"}),
        ("no_attribute", {"missing": "a", "owner": "Adam31"}),
        ("no_name", {"missing": "a31"}),
        ("no_module", {"module": "a31"}),
        ("exit", {"class": "E31"}),
        ("syntax", {"text": "31"}),
        ("forbidden", {"text": "31"}),
        ("memory", {"text": "31"}),
        ("not_attempted", {"text": "31"}),
        ("not_raised", {"got": "array([31])", "got_type": "numpy.ndarray", "expected": "ValueError"}),
        ("type", {"got": "learners.T31", "expected": "float"}),
        ("keys", {"got": "['31']", "expected": "['a']"}),
    ],
)
@pytest.mark.parametrize("numbers", [True, False])
def test_hidden_checks_show_no_learners_text_with_numbers(kind: str, facts: Any, numbers: bool, toy: Exercise) -> None:
    """The learner's code sees a hidden check's inputs, and words that it chooses must not carry them out.

    Where the exercise allows numbers, a value that was given in place of an error may be shown, as other values are.
    """
    message = said(kind, {**ERROR, **facts, "line": None}, toy, visibility="hidden", numbers=numbers)
    assert "31" not in message or (numbers and kind == "not_raised")
    assert message


def test_hidden_checks_show_learners_text_without_numbers_and_the_stubs_own(toy: Exercise) -> None:
    assert "axis error" in said("error", {**ERROR, "text": "axis error 1"}, toy, visibility="hidden")
    stub = b'raise NotImplementedError("90.1 twice x")\n'
    finding = Finding("not_attempted", {**ERROR, "line": None, "text": "90.1 twice x"})
    shown = explain(finding, check_with("hidden"), toy, (), {"double.py": stub}, "en")
    assert shown.endswith("still to write: 90.1 twice x")


def test_the_line_is_read_from_the_submission_and_not_taken_from_the_worker(toy: Exercise) -> None:
    """A worker may claim any line, file or source; what is not in the submission is not shown."""

    def place(**facts: Any) -> str:
        finding = Finding("error", {**ERROR, "source": "hidden input 31", **facts})
        files = {"double.py": SOURCE, "helper.py": b"one\n\xff\x1b[31m two\n"}
        return explain(finding, check_with("hidden", "double"), toy, (), files, "en").splitlines()[-1].strip()

    assert place() == "Look at double.py:10  return 3 * x"
    assert place(file="helper.py", line=2) == "Look at helper.py:2  ��[31m two"
    for lie in ({"line": 11}, {"line": -1}, {"line": 10**100}, {"file": "/etc/passwd", "line": 1}, {"file": "31"}):
        assert place(**lie) == "Look at double.py:9  double"


@pytest.mark.parametrize(
    ("dotted", "line"), [("double", 9), ("Box", 4), ("Box.get", 5), ("Box.nothing", 4), ("nothing", None), ("", None)]
)
def test_a_definition_is_found_as_far_as_it_goes(dotted: str, line: int | None) -> None:
    assert definition(SOURCE, dotted) == line
    assert definition(SOURCE, dotted, whole=True) == (None if dotted == "Box.nothing" else line)


@pytest.mark.parametrize(
    "source",
    [
        b"\0", b"def f(:", b"\xff\xfe", b"# coding: nobody-knows\nx", b"# coding: utf-16\nx", b"(" * 100_000,
        b"-" * 100_000 + b"1", b"x" + b".a" * 100_000, b"x = " + b"[" * 5000 + b"]" * 5000,
        b"if 1:\n" + b" if 1:\n" * 200, b"f" + b"()" * 50_000, b"", b"\xef\xbb\xbf", b"1" * 10_000, b"\x0c\n\\\n",
    ],
    ids=lambda source: ascii(source[:20]),
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_a_source_that_cannot_be_parsed_has_no_lines_and_does_no_harm(source: bytes) -> None:
    assert definition(source, "double") is None


@pytest.mark.filterwarnings("error")
def test_what_python_would_warn_of_is_not_told_to_the_judge() -> None:
    assert definition(b"def double(x):\n    return '\\d' is 1\n", "double") == 1
