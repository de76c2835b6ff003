"""Messages: every finding word for word in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from grader.judge.message import explain
from grader.model import Exercise, Finding, Misconception
from tests.judge.messages import ERROR, SOURCE, check_with, said

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
